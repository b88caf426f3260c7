import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { labelSelector } from '../meta/label-selector.ts';
import { ageColumn, nameColumn, selectorText } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { networkPolicyRules, networkPolicyWarnings } from './networkpolicy-rules.ts';

const networkPolicyPortShape = s.struct('io.k8s.api.networking.v1.NetworkPolicyPort', {
  protocol: s.opt(1, s.oneOf('SCTP', 'TCP', 'UDP'), { fill: 'TCP' }),
  port: s.opt(2, s.intOrString()),
  endPort: s.opt(3, s.int32()),
});
export interface NetworkPolicyPort extends s.Out<typeof networkPolicyPortShape> {}
export interface NetworkPolicyPortManifest extends s.In<typeof networkPolicyPortShape> {}
export const networkPolicyPort: Struct<NetworkPolicyPort, NetworkPolicyPortManifest> = networkPolicyPortShape;

const ipBlockShape = s.struct('io.k8s.api.networking.v1.IPBlock', {
  cidr: s.req(1, s.str()),
  except: s.zero(2, s.list(s.str())),
});
export interface IPBlock extends s.Out<typeof ipBlockShape> {}
export interface IPBlockManifest extends s.In<typeof ipBlockShape> {}
export const ipBlock: Struct<IPBlock, IPBlockManifest> = ipBlockShape;

const networkPolicyPeerShape = s.struct('io.k8s.api.networking.v1.NetworkPolicyPeer', {
  podSelector: s.opt(1, labelSelector),
  namespaceSelector: s.opt(2, labelSelector),
  ipBlock: s.opt(3, ipBlock),
});
export interface NetworkPolicyPeer extends s.Out<typeof networkPolicyPeerShape> {}
export interface NetworkPolicyPeerManifest extends s.In<typeof networkPolicyPeerShape> {}
export const networkPolicyPeer: Struct<NetworkPolicyPeer, NetworkPolicyPeerManifest> = networkPolicyPeerShape;

const networkPolicyEgressRuleShape = s.struct('io.k8s.api.networking.v1.NetworkPolicyEgressRule', {
  ports: s.zero(1, s.list(networkPolicyPort)),
  to: s.zero(2, s.list(networkPolicyPeer)),
});
export interface NetworkPolicyEgressRule extends s.Out<typeof networkPolicyEgressRuleShape> {}
export interface NetworkPolicyEgressRuleManifest extends s.In<typeof networkPolicyEgressRuleShape> {}
export const networkPolicyEgressRule: Struct<NetworkPolicyEgressRule, NetworkPolicyEgressRuleManifest> =
  networkPolicyEgressRuleShape;

const networkPolicyIngressRuleShape = s.struct('io.k8s.api.networking.v1.NetworkPolicyIngressRule', {
  ports: s.zero(1, s.list(networkPolicyPort)),
  from: s.zero(2, s.list(networkPolicyPeer)),
});
export interface NetworkPolicyIngressRule extends s.Out<typeof networkPolicyIngressRuleShape> {}
export interface NetworkPolicyIngressRuleManifest extends s.In<typeof networkPolicyIngressRuleShape> {}
export const networkPolicyIngressRule: Struct<NetworkPolicyIngressRule, NetworkPolicyIngressRuleManifest> =
  networkPolicyIngressRuleShape;

const networkPolicySpecShape = s.struct('io.k8s.api.networking.v1.NetworkPolicySpec', {
  podSelector: s.held(1, labelSelector),
  ingress: s.zero(2, s.list(networkPolicyIngressRule)),
  egress: s.zero(3, s.list(networkPolicyEgressRule)),
  // A policy that doesn't say is about what comes in, and about what goes out where it has rules for that.
  policyTypes: s.zero(4, s.list(s.oneOf('Egress', 'Ingress')), {
    fill: ({ egress }): ('Ingress' | 'Egress')[] =>
      Array.isArray(egress) && egress.length ? ['Ingress', 'Egress'] : ['Ingress'],
  }),
});
export interface NetworkPolicySpec extends s.Out<typeof networkPolicySpecShape> {}
export interface NetworkPolicySpecManifest extends s.In<typeof networkPolicySpecShape> {}
export const networkPolicySpec: Struct<NetworkPolicySpec, NetworkPolicySpecManifest> = networkPolicySpecShape;

const networkPolicyShape = s.struct('io.k8s.api.networking.v1.NetworkPolicy', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, networkPolicySpec),
});
export interface NetworkPolicy extends s.Out<typeof networkPolicyShape> {
  apiVersion?: string;
  kind?: string;
}
export interface NetworkPolicyManifest extends s.In<typeof networkPolicyShape> {
  apiVersion?: string;
  kind?: string;
}
export const networkPolicy: Kind<NetworkPolicy, NetworkPolicyManifest> = defineKind<
  NetworkPolicy,
  NetworkPolicyManifest
>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  scope: 'Namespaced',
  shortNames: ['netpol'],
  generation: true,
  generationCountsEmpty: true,
  schema: networkPolicyShape,

  validate: networkPolicyRules,
  warnings: networkPolicyWarnings,
  columns: [
    nameColumn,
    {
      name: 'Pod-Selector',
      type: 'string',
      field: 'spec.podSelector',
      value: ({ spec }) => selectorText(spec.podSelector),
    },
    ageColumn,
  ],
});
