/** Plugins that are there only for who asks for them (`--enable-admission-plugins`), one file each. */
export { alwaysAdmit, alwaysDeny } from './always.ts';
export { alwaysPullImages } from './always-pull-images.ts';
export { limitPodHardAntiAffinityTopology } from './anti-affinity-topology.ts';
export { denyServiceExternalIPs } from './deny-service-external-ips.ts';
export { type EventLimit, eventRateLimit, readEventLimits } from './event-rate-limit.ts';
export { extendedResourceToleration } from './extended-resource-toleration.ts';
export { type ImagePolicyDeps, imagePolicyWebhook, readImagePolicy } from './image-policy-webhook.ts';
export { namespaceAutoProvision, namespaceExists } from './namespaces.ts';
export { ownerReferencesPermissionEnforcement } from './owner-references-permission.ts';
export { type NodeSelectors, podNodeSelector, readNodeSelectors } from './pod-node-selector.ts';
export {
  type ClusterTolerations,
  podTolerationRestriction,
  readClusterTolerations,
} from './pod-toleration-restriction.ts';
