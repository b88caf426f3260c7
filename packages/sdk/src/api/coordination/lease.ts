import { field, forbiddenAt, invalid } from '../../machinery/index.ts';
import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { dropShut, type GatedMembers, gatedMembers } from '../meta/gated-members.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { strategyRules } from './leasecandidate.ts';

const leaseSpecShape = s.struct('io.k8s.api.coordination.v1.LeaseSpec', {
  holderIdentity: s.opt(1, s.str()),
  leaseDurationSeconds: s.opt(2, s.int32()),
  acquireTime: s.opt(3, s.microTime()),
  renewTime: s.opt(4, s.microTime()),
  leaseTransitions: s.opt(5, s.int32()),
  strategy: s.opt(6, s.str()),
  preferredHolder: s.opt(7, s.str()),
});
export interface LeaseSpec extends s.Out<typeof leaseSpecShape> {}
export interface LeaseSpecManifest extends s.In<typeof leaseSpecShape> {}
export const leaseSpec: Struct<LeaseSpec, LeaseSpecManifest> = leaseSpecShape;

const leaseShape = s.struct('io.k8s.api.coordination.v1.Lease', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, leaseSpec),
});
export interface Lease extends s.Out<typeof leaseShape> {
  apiVersion?: string;
  kind?: string;
}
export interface LeaseManifest extends s.In<typeof leaseShape> {
  apiVersion?: string;
  kind?: string;
}
export const lease: Kind<Lease, LeaseManifest> = defineKind<Lease, LeaseManifest>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
  anyFinalizer: true,
  createOnUpdate: true,
  unconditionalUpdate: false,
  schema: leaseShape,

  prepareForCreate: ({ spec }, { gates }) => dropShut(gated, spec, { gates }),
  prepareForUpdate: ({ spec }, old, { gates }) => dropShut(gated, spec, { old: old.spec, gates }),
  *validate({ spec }) {
    const at = field('spec');
    const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = spec;
    if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
      yield invalid(at.child('leaseDurationSeconds'), leaseDurationSeconds, 'must be greater than 0');
    }
    if (leaseTransitions !== undefined && leaseTransitions < 0) {
      yield invalid(at.child('leaseTransitions'), leaseTransitions, 'must be greater than or equal to 0');
    }
    if (strategy !== undefined) yield* strategyRules(strategy, at.child('strategy'));
    if (preferredHolder && !strategy) {
      yield forbiddenAt(at.child('preferredHolder'), 'may only be specified if `strategy` is defined');
    }
  },
  columns: [
    nameColumn,
    { name: 'Holder', type: 'string', field: 'spec.holderIdentity', value: (l) => l.spec.holderIdentity ?? '' },
    ageColumn,
  ],
});

/** Where leaders aren't elected in concert nobody says how. */
const gated: readonly GatedMembers<LeaseSpec>[] = [
  gatedMembers('CoordinatedLeaderElection', ['strategy']),
  gatedMembers('CoordinatedLeaderElection', ['preferredHolder']),
];
