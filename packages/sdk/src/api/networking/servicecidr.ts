import {
  asGiven,
  canonicalCidrProblems,
  field,
  type FieldError,
  invalid,
  parseCidr,
  problemsAt,
  required,
} from '../../machinery/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { defineKind, internalValue, type Kind, s, type Struct, versionOf } from '../../schema/index.ts';
import { condition } from '../meta/condition.ts';
import { objectMeta } from '../meta/object-meta.ts';

const serviceCIDRSpecShape = s.struct('io.k8s.api.networking.v1.ServiceCIDRSpec', {
  cidrs: s.zero(1, s.list(s.str())),
});
export interface ServiceCIDRSpec extends s.Out<typeof serviceCIDRSpecShape> {}
export interface ServiceCIDRSpecManifest extends s.In<typeof serviceCIDRSpecShape> {}
export const serviceCIDRSpec: Struct<ServiceCIDRSpec, ServiceCIDRSpecManifest> = serviceCIDRSpecShape;

const serviceCIDRStatusShape = s.struct('io.k8s.api.networking.v1.ServiceCIDRStatus', {
  conditions: s.zero(1, s.listByKey(condition, ['type'], { patchKey: 'type' })),
});
export interface ServiceCIDRStatus extends s.Out<typeof serviceCIDRStatusShape> {}
export interface ServiceCIDRStatusManifest extends s.In<typeof serviceCIDRStatusShape> {}
export const serviceCIDRStatus: Struct<ServiceCIDRStatus, ServiceCIDRStatusManifest> = serviceCIDRStatusShape;

const serviceCIDRShape = s.struct('io.k8s.api.networking.v1.ServiceCIDR', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, serviceCIDRSpec),
  status: s.held(3, serviceCIDRStatus),
});
export interface ServiceCIDR extends s.Out<typeof serviceCIDRShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ServiceCIDRManifest extends s.In<typeof serviceCIDRShape> {
  apiVersion?: string;
  kind?: string;
}
export const serviceCIDR: Kind<ServiceCIDR, ServiceCIDRManifest> = defineKind<ServiceCIDR, ServiceCIDRManifest>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
  status: { keepsMetadata: true },
  schema: serviceCIDRShape,

  *validate({ spec }, old) {
    const { cidrs = [] } = spec;
    const before = old?.spec.cidrs ?? [];
    if (!old) yield* rangesRules(spec);
    else if (cidrs.length === before.length || (cidrs.length === 2 && before.length === 1)) {
      for (const [i, cidr] of before.entries()) {
        if (cidr !== cidrs[i]) yield invalid(at.index(i), cidrs[i], 'field is immutable');
      }
      // A range of the other family may be added.
      if (cidrs.length > before.length) yield* rangesRules(spec);
    } else yield invalid(at, asGiven(spec, 'cidrs'), 'field is immutable');
  },
  columns: [
    nameColumn,
    { name: 'CIDRs', type: 'string', field: 'spec.cidrs', value: ({ spec }) => (spec.cidrs ?? []).join(',') },
    ageColumn,
  ],
});

export const serviceCIDRV1Beta1 = versionOf(serviceCIDR, 'v1beta1', {
  deprecated: '1.34',
  removed: '1.37',
});

const at = field('spec', 'cidrs');

function* rangesRules(spec: ServiceCIDRSpec): Iterable<FieldError> {
  const { cidrs = [] } = spec;
  if (!cidrs.length) return yield required(at, 'at least one CIDR required');
  if (cidrs.length > 2) return yield invalid(at, internalValue(serviceCIDRSpec, spec), 'may only hold up to 2 values');
  for (const [i, cidr] of cidrs.entries()) yield* problemsAt(canonicalCidrProblems(cidr), cidr, at.index(i));
  const [first, second] = cidrs.map((cidr) => parseCidr(cidr)?.address.family);
  if (cidrs.length === 2 && first !== undefined && first === second) {
    const why = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    yield invalid(at, cidrs, why);
  }
}
