import type { Service } from './service.ts';

/** Which of its fields a service needs, by its type: what is allocated, defaulted, checked and dropped follows from these. */

export const isHeadless = ({ spec }: Service): boolean =>
  spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === 'None';

export const isLoadBalancer = ({ spec }: Service): boolean => spec.type === 'LoadBalancer';

export const needsClusterIp = ({ spec }: Service): boolean => spec.type !== 'ExternalName';

/** May have node ports: those that were allocated stay when no more are wanted. */
export const mayHaveNodePorts = ({ spec: { type } }: Service): boolean =>
  type === 'NodePort' || type === 'LoadBalancer';

/** Gets node ports whether it asks for them or not. */
export const needsNodePorts = ({ spec: { type, allocateLoadBalancerNodePorts } }: Service): boolean =>
  type === 'NodePort' || (type === 'LoadBalancer' && (allocateLoadBalancerNodePorts ?? true));

export const isExternallyAccessible = ({ spec: { type, externalIPs } }: Service): boolean =>
  type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && Boolean(externalIPs?.length));

export const needsHealthCheck = (service: Service): boolean =>
  isLoadBalancer(service) && service.spec.externalTrafficPolicy === 'Local';
