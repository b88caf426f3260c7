import { cidrWarnings } from '../../machinery/index.ts';
import { defineKind, type Kind, s, setFields, type Struct } from '../../schema/index.ts';
import { nodeColumns } from './node-columns.ts';
import { nodeConfigSource } from './node-config-source.ts';
import { nodeRules, nodeUpdateRules } from './node-rules.ts';
import { nodeStatus, type NodeStatus } from './node-status.ts';
import { taint } from './taint.ts';
import { dropShut, gatedMembers } from '../meta/gated-members.ts';
import { objectMeta } from '../meta/object-meta.ts';

const nodeSpecShape = s.struct('io.k8s.api.core.v1.NodeSpec', {
  podCIDR: s.zero(1, s.str()),
  podCIDRs: s.zero(7, s.set(s.str(), { patch: 'merge' })),
  providerID: s.zero(3, s.str()),
  unschedulable: s.zero(4, s.bool()),
  taints: s.zero(5, s.list(taint)),
  configSource: s.opt(6, nodeConfigSource),
  externalID: s.zero(2, s.str()),
});
export interface NodeSpec extends s.Out<typeof nodeSpecShape> {}
export interface NodeSpecManifest extends s.In<typeof nodeSpecShape> {}
export const nodeSpec: Struct<NodeSpec, NodeSpecManifest> = nodeSpecShape;

const nodeShape = s.struct('io.k8s.api.core.v1.Node', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, nodeSpec),
  status: s.held(3, nodeStatus),
});
export interface Node extends s.Out<typeof nodeShape> {
  apiVersion?: string;
  kind?: string;
}
export interface NodeManifest extends s.In<typeof nodeShape> {
  apiVersion?: string;
  kind?: string;
}
export const node: Kind<Node, NodeManifest> = defineKind<Node, NodeManifest>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  scope: 'Cluster',
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  shortNames: ['no'],
  status: {
    prepareForUpdate(next, old) {
      next.spec = old.spec;
      if (!old.status.config) setFields(nodeStatus, next.status, { config: undefined });
    },
    validate: nodeUpdateRules,
  },
  subresources: [{ name: 'proxy', kind: 'NodeProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] }],
  storagePrefix: 'minions',
  fieldSelectors: { 'spec.unschedulable': ({ spec }) => String(spec.unschedulable ?? false) },
  schema: nodeShape,
  statusAtCreation: true,

  default(node) {
    agreeOnPodCidrs(node);
    const { capacity, allocatable } = node.status;
    if (capacity && !allocatable) setFields(nodeStatus, node.status, { allocatable: { ...capacity } });
  },
  prepareForCreate(made, { gates }) {
    setFields(nodeSpec, made.spec, { configSource: undefined });
    setFields(nodeStatus, made.status, { config: undefined });
    dropShut(gated, made.status, { gates });
  },
  prepareForUpdate(next, old, { gates }) {
    if (!old.spec.configSource) setFields(nodeSpec, next.spec, { configSource: undefined });
    dropShut(gated, next.status, { old: old.status, gates });
  },
  *warnings({ spec: { externalID, podCIDRs = [] } }) {
    if (externalID) yield 'spec.externalID: this field is deprecated, and is unused by Kubernetes';
    for (const [i, cidr] of podCIDRs.entries()) for (const w of cidrWarnings(cidr)) yield `spec.podCIDRs[${i}]: ${w}`;
  },
  validate: nodeRules,
  validateChange: nodeUpdateRules,
  columns: nodeColumns,
});

/** One address range is the first of them; a client that knows only the one means it. */
function agreeOnPodCidrs({ spec }: Node): void {
  const { podCIDR, podCIDRs = [] } = spec;
  if (podCIDR && podCIDR !== podCIDRs[0]) setFields(nodeSpec, spec, { podCIDRs: [podCIDR] });
  else if (!podCIDR && podCIDRs[0]) setFields(nodeSpec, spec, { podCIDR: podCIDRs[0] });
}

const gated = [gatedMembers<NodeStatus>('NodeDeclaredFeatures', ['declaredFeatures'])];
