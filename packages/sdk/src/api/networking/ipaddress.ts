import {
  dnsSubdomainProblems,
  field,
  immutable,
  problemsAt,
  required,
  pathSegmentProblems,
  canonicalIpProblems,
} from '../../machinery/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { defineKind, internalValue, type Kind, s, type Struct, versionOf } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { segmentRules } from './ingress-rules.ts';

const parentReferenceShape = s.struct('io.k8s.api.networking.v1.ParentReference', {
  group: s.zero(1, s.str()),
  resource: s.needed(2, s.str()),
  namespace: s.zero(3, s.str()),
  name: s.needed(4, s.str()),
});
export interface ParentReference extends s.Out<typeof parentReferenceShape> {}
export interface ParentReferenceManifest extends s.In<typeof parentReferenceShape> {}
export const parentReference: Struct<ParentReference, ParentReferenceManifest> = parentReferenceShape;

const ipAddressSpecShape = s.struct('io.k8s.api.networking.v1.IPAddressSpec', {
  parentRef: s.needed(1, parentReference),
});
export interface IPAddressSpec extends s.Out<typeof ipAddressSpecShape> {}
export interface IPAddressSpecManifest extends s.In<typeof ipAddressSpecShape> {}
export const ipAddressSpec: Struct<IPAddressSpec, IPAddressSpecManifest> = ipAddressSpecShape;

const ipAddressShape = s.struct('io.k8s.api.networking.v1.IPAddress', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, ipAddressSpec),
});
export interface IPAddress extends s.Out<typeof ipAddressShape> {
  apiVersion?: string;
  kind?: string;
}
export interface IPAddressManifest extends s.In<typeof ipAddressShape> {
  apiVersion?: string;
  kind?: string;
}
export const ipAddress: Kind<IPAddress, IPAddressManifest> = defineKind<IPAddress, IPAddressManifest>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  scope: 'Cluster',
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  shortNames: ['ip'],
  validateName: (name) => canonicalIpProblems(name),
  schema: ipAddressShape,

  *validate({ spec }) {
    const at = field('spec', 'parentRef');
    const { parentRef } = spec;
    if (!parentRef) yield required(at);
    else {
      const { group, resource, namespace, name } = parentRef;
      if (group) yield* problemsAt(dnsSubdomainProblems(group), group, at.child('group'));
      yield* segmentRules(resource, at.child('resource'));
      yield* segmentRules(name, at.child('name'));
      if (namespace) yield* problemsAt(pathSegmentProblems(namespace), namespace, at.child('namespace'));
    }
  },
  *validateChange({ spec }, old) {
    const at = field('spec', 'parentRef');
    const [now, before] = [spec.parentRef, old.spec.parentRef].map((v) => v && internalValue(parentReference, v));
    yield* immutable(now, before, at);
  },
  columns: [
    nameColumn,
    {
      name: 'ParentRef',
      type: 'string',
      description:
        'ParentRef references the resource that an IPAddress is attached to. An IPAddress must reference a parent object.',
      value: ({ spec }) => parentText(spec.parentRef),
    },
    { ...ageColumn, untitled: true },
  ],
});

export const ipAddressV1Beta1 = versionOf(ipAddress, 'v1beta1', {
  deprecated: '1.34',
  removed: '1.37',
});

function parentText(parent: ParentReference | undefined): string {
  if (!parent) return '<none>';
  const { group, resource, namespace, name } = parent;
  const of = group ? `${resource}.${group}` : resource;
  return `${of.toLowerCase()}/${namespace ? `${namespace}/` : ''}${name}`;
}
