import {
  dnsLabelProblems,
  domainPrefixedPath,
  field,
  type FieldError,
  forbiddenAt,
  immutable,
  type Path,
  problemsAt,
  required,
  textNotSupported,
  tooLong,
} from '../../machinery/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { defineKind, type Kind, s, setFields, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { referenceRules } from './ingress-rules.ts';

const ingressClassParametersReferenceShape = s.struct('io.k8s.api.networking.v1.IngressClassParametersReference', {
  apiGroup: s.opt(1, s.str()),
  kind: s.req(2, s.str()),
  name: s.req(3, s.str()),
  scope: s.held(4, s.str(), { nullable: true }),
  namespace: s.opt(5, s.str()),
});
export interface IngressClassParametersReference extends s.Out<typeof ingressClassParametersReferenceShape> {}
export interface IngressClassParametersReferenceManifest extends s.In<typeof ingressClassParametersReferenceShape> {}
export const ingressClassParametersReference: Struct<
  IngressClassParametersReference,
  IngressClassParametersReferenceManifest
> = ingressClassParametersReferenceShape;

const ingressClassSpecShape = s.struct('io.k8s.api.networking.v1.IngressClassSpec', {
  controller: s.zero(1, s.str()),
  parameters: s.opt(2, ingressClassParametersReference),
});
export interface IngressClassSpec extends s.Out<typeof ingressClassSpecShape> {}
export interface IngressClassSpecManifest extends s.In<typeof ingressClassSpecShape> {}
export const ingressClassSpec: Struct<IngressClassSpec, IngressClassSpecManifest> = ingressClassSpecShape;

const ingressClassShape = s.struct('io.k8s.api.networking.v1.IngressClass', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, ingressClassSpec),
});
export interface IngressClass extends s.Out<typeof ingressClassShape> {
  apiVersion?: string;
  kind?: string;
}
export interface IngressClassManifest extends s.In<typeof ingressClassShape> {
  apiVersion?: string;
  kind?: string;
}
export const ingressClass: Kind<IngressClass, IngressClassManifest> = defineKind<IngressClass, IngressClassManifest>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
  updateRules: ['metadataChange', 'change', 'metadata', 'object'],
  generation: true,
  schema: ingressClassShape,

  default({ spec: { parameters } }) {
    if (parameters?.scope === null) setFields(ingressClassParametersReference, parameters, { scope: 'Cluster' });
  },
  validateChange: ({ spec }, old) =>
    immutable(spec.controller ?? '', old.spec.controller ?? '', field('spec', 'controller')),
  *validate({ spec }) {
    const at = field('spec');
    const { controller = '', parameters } = spec;
    if (Buffer.byteLength(controller) > longestController) yield tooLong(at.child('controller'), longestController);
    yield* domainPrefixedPath(controller, at.child('controller'));
    if (parameters) yield* parametersRules(parameters, at.child('parameters'));
  },
  columns: [
    {
      ...nameColumn,
      value: (ic) => `${ic.metadata.name}${isDefaultIngressClass(ic) ? ' (default)' : ''}`,
    },
    {
      name: 'Controller',
      type: 'string',
      description: 'Controller that is responsible for handling this class',
      value: ({ spec }) => spec.controller ?? '',
    },
    {
      name: 'Parameters',
      type: 'string',
      description: 'A reference to a resource with additional parameters',
      value: ({ spec }) => parametersText(spec.parameters),
    },
    ageColumn,
  ],
});

const longestController = 250;

/** Whether ingresses that name no class get this one. */
export const isDefaultIngressClass = ({ metadata: { annotations } }: IngressClass): boolean =>
  annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true';

function parametersText(parameters: IngressClassParametersReference | undefined): string {
  if (!parameters) return '<none>';
  const { apiGroup, kind, name } = parameters;
  return `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}`;
}

function* parametersRules(parameters: IngressClassParametersReference, at: Path): Iterable<FieldError> {
  const { apiGroup = null, kind, name, scope, namespace } = parameters;
  yield* referenceRules({ apiGroup, kind, name }, at);
  const here = at.child('namespace');
  if (scope === null) yield required(at.child('scope'));
  else if (scope === 'Namespace') {
    if (namespace === undefined) yield required(here, "`parameters.scope` is set to 'Namespace'");
    else yield* problemsAt(dnsLabelProblems(namespace), namespace, here);
  } else if (scope === 'Cluster') {
    if (namespace !== undefined) yield forbiddenAt(here, "`parameters.scope` is set to 'Cluster'");
  } else yield textNotSupported(at.child('scope'), scope, ['Cluster', 'Namespace']);
}
