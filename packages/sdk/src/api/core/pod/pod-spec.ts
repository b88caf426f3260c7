import { s, type Struct } from '../../../schema/index.ts';
import { localObjectReference } from '../object-reference.ts';
import { affinity, topologySpreadConstraint } from './affinity.ts';
import { container, ephemeralContainer } from './container.ts';
import { podResourceClaim, resourceRequirements } from './resources.ts';
import { podSecurityContext } from './security.ts';
import { volume } from './volume.ts';
import { toleration } from '../taint.ts';

const podDNSConfigOptionShape = s.struct('io.k8s.api.core.v1.PodDNSConfigOption', {
  name: s.zero(1, s.str()),
  value: s.opt(2, s.str()),
});
export interface PodDNSConfigOption extends s.Out<typeof podDNSConfigOptionShape> {}
export interface PodDNSConfigOptionManifest extends s.In<typeof podDNSConfigOptionShape> {}
export const podDNSConfigOption: Struct<PodDNSConfigOption, PodDNSConfigOptionManifest> = podDNSConfigOptionShape;

const podDNSConfigShape = s.struct('io.k8s.api.core.v1.PodDNSConfig', {
  nameservers: s.zero(1, s.list(s.str())),
  searches: s.zero(2, s.list(s.str())),
  options: s.zero(3, s.list(podDNSConfigOption)),
});
export interface PodDNSConfig extends s.Out<typeof podDNSConfigShape> {}
export interface PodDNSConfigManifest extends s.In<typeof podDNSConfigShape> {}
export const podDNSConfig: Struct<PodDNSConfig, PodDNSConfigManifest> = podDNSConfigShape;

const hostAliasShape = s.struct('io.k8s.api.core.v1.HostAlias', {
  ip: s.req(1, s.str()),
  hostnames: s.zero(2, s.list(s.str())),
});
export interface HostAlias extends s.Out<typeof hostAliasShape> {}
export interface HostAliasManifest extends s.In<typeof hostAliasShape> {}
export const hostAlias: Struct<HostAlias, HostAliasManifest> = hostAliasShape;

const podOSShape = s.struct('io.k8s.api.core.v1.PodOS', {
  name: s.req(1, s.str()),
});
export interface PodOS extends s.Out<typeof podOSShape> {}
export interface PodOSManifest extends s.In<typeof podOSShape> {}
export const podOS: Struct<PodOS, PodOSManifest> = podOSShape;

const podReadinessGateShape = s.struct('io.k8s.api.core.v1.PodReadinessGate', {
  conditionType: s.req(1, s.str()),
});
export interface PodReadinessGate extends s.Out<typeof podReadinessGateShape> {}
export interface PodReadinessGateManifest extends s.In<typeof podReadinessGateShape> {}
export const podReadinessGate: Struct<PodReadinessGate, PodReadinessGateManifest> = podReadinessGateShape;

const podSchedulingGateShape = s.struct('io.k8s.api.core.v1.PodSchedulingGate', {
  name: s.req(1, s.str()),
});
export interface PodSchedulingGate extends s.Out<typeof podSchedulingGateShape> {}
export interface PodSchedulingGateManifest extends s.In<typeof podSchedulingGateShape> {}
export const podSchedulingGate: Struct<PodSchedulingGate, PodSchedulingGateManifest> = podSchedulingGateShape;

const podSchedulingGroupShape = s.struct('io.k8s.api.core.v1.PodSchedulingGroup', {
  podGroupName: s.opt(1, s.str()),
});
export interface PodSchedulingGroup extends s.Out<typeof podSchedulingGroupShape> {}
export interface PodSchedulingGroupManifest extends s.In<typeof podSchedulingGroupShape> {}
export const podSchedulingGroup: Struct<PodSchedulingGroup, PodSchedulingGroupManifest> = podSchedulingGroupShape;

const podSpecFields = {
  volumes: s.zero(1, s.listByKey(volume, ['name'], { patch: 'merge,retainKeys', patchKey: 'name' })),
  initContainers: s.zero(20, s.listByKey(container, ['name'], { patchKey: 'name' })),
  containers: s.req(2, s.listByKey(container, ['name'], { patchKey: 'name' })),
  ephemeralContainers: s.zero(34, s.listByKey(ephemeralContainer, ['name'], { patchKey: 'name' })),
  restartPolicy: s.zero(3, s.oneOf('Always', 'Never', 'OnFailure'), { fill: 'Always' }),
  terminationGracePeriodSeconds: s.opt(4, s.int64(), { fill: 30 }),
  activeDeadlineSeconds: s.opt(5, s.int64()),
  dnsPolicy: s.zero(6, s.oneOf('ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'), { fill: 'ClusterFirst' }),
  nodeSelector: s.zero(7, s.atomicMap(s.str())),
  serviceAccountName: s.zero(8, s.str()),
  serviceAccount: s.zero(9, s.str()),
  automountServiceAccountToken: s.opt(21, s.bool()),
  nodeName: s.zero(10, s.str()),
  hostNetwork: s.zero(11, s.bool()),
  hostPID: s.zero(12, s.bool()),
  hostIPC: s.zero(13, s.bool()),
  shareProcessNamespace: s.opt(27, s.bool()),
  securityContext: s.opt(14, podSecurityContext, { fill: {} }),
  imagePullSecrets: s.zero(
    15,
    s.listByKey(localObjectReference, ['name'], { patchKey: 'name', keyDefaults: { name: '' } }),
  ),
  hostname: s.zero(16, s.str()),
  subdomain: s.zero(17, s.str()),
  affinity: s.opt(18, affinity),
  schedulerName: s.zero(19, s.str(), { fill: 'default-scheduler' }),
  tolerations: s.zero(22, s.list(toleration)),
  hostAliases: s.zero(23, s.listByKey(hostAlias, ['ip'], { patchKey: 'ip' })),
  priorityClassName: s.zero(24, s.str()),
  priority: s.opt(25, s.int32()),
  dnsConfig: s.opt(26, podDNSConfig),
  readinessGates: s.zero(28, s.list(podReadinessGate)),
  runtimeClassName: s.opt(29, s.str()),
  enableServiceLinks: s.opt(30, s.bool()),
  preemptionPolicy: s.opt(31, s.oneOf('Never', 'PreemptLowerPriority')),
  overhead: s.zero(32, s.amounts()),
  topologySpreadConstraints: s.zero(
    33,
    s.listByKey(topologySpreadConstraint, ['topologyKey', 'whenUnsatisfiable'], { patchKey: 'topologyKey' }),
  ),
  setHostnameAsFQDN: s.opt(35, s.bool()),
  os: s.opt(36, podOS),
  hostUsers: s.opt(37, s.bool()),
  schedulingGates: s.zero(38, s.listByKey(podSchedulingGate, ['name'], { patchKey: 'name' })),
  resourceClaims: s.zero(39, s.listByKey(podResourceClaim, ['name'], { patch: 'merge,retainKeys', patchKey: 'name' })),
  resources: s.opt(40, resourceRequirements),
  hostnameOverride: s.opt(41, s.str()),
  schedulingGroup: s.opt(43, podSchedulingGroup),
} as const;
const podSpecShape = s.struct('io.k8s.api.core.v1.PodSpec', podSpecFields, {
  fill(spec) {
    // The account's field once had another name, which is still read and written.
    const account = spec['serviceAccountName'] ?? spec['serviceAccount'];
    if (account) spec['serviceAccountName'] = spec['serviceAccount'] = account;
  },
});
export interface PodSpec extends s.Out<typeof podSpecShape> {}
export interface PodSpecManifest extends s.In<typeof podSpecShape> {}
export const podSpec: Struct<PodSpec, PodSpecManifest> = podSpecShape;
