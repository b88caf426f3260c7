import { s, type Struct } from '@tiphys/sdk/schema';
import type { ConfigKind } from '../../config-file/index.ts';

/** What a line of a policy file allows. */
export interface Policy {
  readonly user: string;
  readonly group: string;
  readonly readonly: boolean;
  readonly apiGroup: string;
  readonly resource: string;
  readonly namespace: string;
  readonly nonResourcePath: string;
}

const group = 'abac.authorization.kubernetes.io';
const everybody = 'system:authenticated';

const firstShape = s.struct('abac.v0.Policy', {
  user: s.zero(1, s.str()),
  group: s.zero(2, s.str()),
  readonly: s.zero(3, s.bool()),
  resource: s.zero(4, s.str()),
  namespace: s.zero(5, s.str()),
});
interface First extends s.Out<typeof firstShape> {}

const specShape = s.struct('abac.v1beta1.PolicySpec', {
  user: s.zero(1, s.str()),
  group: s.zero(2, s.str()),
  readonly: s.zero(3, s.bool()),
  apiGroup: s.zero(4, s.str()),
  resource: s.zero(5, s.str()),
  namespace: s.zero(6, s.str()),
  nonResourcePath: s.zero(7, s.str()),
});
interface Spec extends s.Out<typeof specShape> {}
const spec: Struct<Spec, s.In<typeof specShape>> = specShape;
const betaShape = s.struct('abac.v1beta1.Policy', { spec: s.opt(1, spec) });
interface Beta extends s.Out<typeof betaShape> {}

/** Lines from before policies had a kind. */
export const first: ConfigKind<First> = { apiVersion: `${group}/v0`, kind: 'Policy', schema: firstShape };
export const beta: ConfigKind<Beta> = { apiVersion: `${group}/v1beta1`, kind: 'Policy', schema: betaShape };

const nothing: Policy = {
  user: '',
  group: '',
  readonly: false,
  apiGroup: '',
  resource: '',
  namespace: '',
  nonResourcePath: '',
};

const forEverybody = (policy: Policy): Policy =>
  policy.user === '*' || policy.group === '*' ? { ...policy, user: '', group: everybody } : policy;

export const ofBeta = (policy: Beta): Policy => forEverybody({ ...nothing, ...policy.spec });

/** What isn't said stands for everything. */
export function ofFirst(policy: First): Policy {
  const { user = '', group: of = '', namespace = '', resource = '' } = policy;
  return forEverybody({
    ...nothing,
    ...policy,
    group: user || of ? of : everybody,
    namespace: namespace || '*',
    resource: resource || '*',
    apiGroup: '*',
    nonResourcePath: namespace || resource ? '' : '*',
  });
}
