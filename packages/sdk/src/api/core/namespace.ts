import {
  field,
  type FieldError,
  invalid,
  type Path,
  problemsAt,
  qualifiedNameProblems,
} from '../../machinery/index.ts';
import { defineKind, type Kind, nameIsLabel, s, setFields, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';

const namespaceSpecShape = s.struct('io.k8s.api.core.v1.NamespaceSpec', {
  finalizers: s.zero(1, s.list(s.str())),
});
export interface NamespaceSpec extends s.Out<typeof namespaceSpecShape> {}
export interface NamespaceSpecManifest extends s.In<typeof namespaceSpecShape> {}
export const namespaceSpec: Struct<NamespaceSpec, NamespaceSpecManifest> = namespaceSpecShape;

const namespaceConditionShape = s.struct('io.k8s.api.core.v1.NamespaceCondition', {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  lastTransitionTime: s.held(4, s.time(), { nullable: true }),
  reason: s.zero(5, s.str()),
  message: s.zero(6, s.str()),
});
export interface NamespaceCondition extends s.Out<typeof namespaceConditionShape> {}
export interface NamespaceConditionManifest extends s.In<typeof namespaceConditionShape> {}
export const namespaceCondition: Struct<NamespaceCondition, NamespaceConditionManifest> = namespaceConditionShape;

const namespaceStatusShape = s.struct('io.k8s.api.core.v1.NamespaceStatus', {
  phase: s.zero(1, s.oneOf('Active', 'Terminating'), { fill: 'Active' }),
  conditions: s.zero(2, s.listByKey(namespaceCondition, ['type'], { patchKey: 'type' })),
});
export interface NamespaceStatus extends s.Out<typeof namespaceStatusShape> {}
export interface NamespaceStatusManifest extends s.In<typeof namespaceStatusShape> {}
export const namespaceStatus: Struct<NamespaceStatus, NamespaceStatusManifest> = namespaceStatusShape;

const namespaceShape = s.struct('io.k8s.api.core.v1.Namespace', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, namespaceSpec),
  status: s.held(3, namespaceStatus),
});
export interface Namespace extends s.Out<typeof namespaceShape> {
  apiVersion?: string;
  kind?: string;
}
export interface NamespaceManifest extends s.In<typeof namespaceShape> {
  apiVersion?: string;
  kind?: string;
}
export const namespace: Kind<Namespace, NamespaceManifest> = defineKind<Namespace, NamespaceManifest>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  scope: 'Cluster',
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  shortNames: ['ns'],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  status: {
    prepareForUpdate(next, old) {
      setFields(namespaceShape, next, { spec: old.spec });
    },
    *validate({ metadata, status: { phase } }) {
      const at = field('status', 'Phase');
      if (!metadata.deletionTimestamp) {
        if (phase !== 'Active') yield invalid(at, phase, "may only be 'Active' if `deletionTimestamp` is empty");
      } else if (phase !== 'Terminating') {
        yield invalid(at, phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
      }
    },
  },
  subresources: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
  fieldSelectors: { 'status.phase': ({ status }) => status.phase ?? '' },
  schema: namespaceShape,
  validateName: nameIsLabel,

  default: labelWithName,
  prepareForCreate(namespace) {
    labelWithName(namespace);
    const { finalizers = [] } = namespace.spec;
    if (finalizers.includes('kubernetes')) return;
    setFields(namespaceSpec, namespace.spec, { finalizers: [...finalizers, 'kubernetes'] });
  },
  isHeld: ({ spec }) => Boolean(spec.finalizers?.length),
  // Who lets a namespace go has no say about its status.
  resetFields: { finalize: [['status']] },

  beginEnding(namespace) {
    setFields(namespaceStatus, namespace.status, { phase: 'Terminating' });
  },
  prepareForUpdate(next, old) {
    labelWithName(next);
    setFields(namespaceShape, next, { spec: old.spec });
  },
  *validate({ spec }) {
    for (const f of spec.finalizers ?? []) yield* finalizerName(f, field('spec', 'finalizers'));
  },
  columns: [
    nameColumn,
    { name: 'Status', type: 'string', description: 'The status of the namespace', value: (n) => n.status.phase },
    ageColumn,
  ],
});

const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** A qualified name, with a slash unless it is Kubernetes' own. */
export function* finalizerName(value: string, at: Path): Iterable<FieldError> {
  yield* problemsAt(qualifiedNameProblems(value), value, at);
  if (!value.includes('/') && !standardFinalizers.has(value)) {
    yield invalid(at, value, 'name is neither a standard finalizer name nor is it fully qualified');
  }
}

/** So that selectors can choose namespaces by name. */
function labelWithName({ metadata }: Namespace): void {
  if (metadata.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
}
