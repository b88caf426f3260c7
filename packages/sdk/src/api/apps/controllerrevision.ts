import { field, immutable, isObject, nonNegative, required } from '../../machinery/index.ts';
import { defineKind, type Kind, s } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta, type ObjectMeta, type OwnerReference } from '../meta/object-meta.ts';

const controllerRevisionShape = s.struct('io.k8s.api.apps.v1.ControllerRevision', {
  metadata: s.held(1, objectMeta),
  data: s.opt(2, s.any('io.k8s.apimachinery.pkg.runtime.RawExtension'), { always: true }),
  revision: s.req(3, s.int64()),
});
export interface ControllerRevision extends s.Out<typeof controllerRevisionShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ControllerRevisionManifest extends s.In<typeof controllerRevisionShape> {
  apiVersion?: string;
  kind?: string;
}
export const controllerRevision: Kind<ControllerRevision, ControllerRevisionManifest> = defineKind<
  ControllerRevision,
  ControllerRevisionManifest
>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  scope: 'Namespaced',
  updateRules: ['metadataChange', 'metadata', 'object'],
  *validate(next, old) {
    yield* nonNegative(next.revision, field('revision'));
    if (old) yield* immutable(next.data ?? null, old.data ?? null, field('data'));
    else if (next.data === undefined || next.data === null) yield required(field('data'), 'data is mandatory');
    else if (!isObject(next.data)) yield required(field('data'), 'data must be a valid JSON object');
  },
  columns: [
    nameColumn,
    {
      name: 'Controller',
      type: 'string',
      description: 'Controller of the object',
      value: ({ metadata }) => ownerText(controllerOf(metadata)),
    },
    { name: 'Revision', type: 'string', field: 'revision', value: ({ revision }) => revision },
    ageColumn,
  ],
  schema: controllerRevisionShape,
});

/** `statefulset.apps/web`: whose revision it is. */
function ownerText(owner: OwnerReference | undefined): string {
  if (!owner) return '<none>';
  const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [];
  return `${owner.kind}${group ? `.${group}` : ''}`.toLowerCase() + `/${owner.name}`;
}

const controllerOf = ({ ownerReferences }: ObjectMeta): OwnerReference | undefined =>
  ownerReferences?.find(({ controller }) => controller);
