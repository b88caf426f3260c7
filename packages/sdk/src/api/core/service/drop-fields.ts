import { equal } from '../../../machinery/index.ts';
import { setFields } from '../../../schema/index.ts';
import { isExternallyAccessible, isLoadBalancer, mayHaveNodePorts, needsClusterIp, needsHealthCheck } from './needs.ts';
import { servicePort, serviceSpec, type ServiceSpec, serviceStatus } from './service-spec.ts';
import type { Service } from './service.ts';

/**
 * Takes away what the new type has no use for, as far as the client left it as it was: nobody should have to clear fields that
 * the server filled. What they did change is for validation to refuse.
 */
export function dropUnneeded(next: Service, old: Service): void {
  const gone: { -readonly [K in keyof ServiceSpec]?: undefined } = {};
  const same = (...fields: readonly (keyof ServiceSpec)[]) => fields.every((f) => equal(next.spec[f], old.spec[f]));
  const stops = (needs: (s: Service) => boolean) => needs(old) && !needs(next);

  if (stops(needsClusterIp)) {
    if (same('clusterIP', 'clusterIPs')) gone.clusterIP = gone.clusterIPs = undefined;
    if (same('ipFamilies', 'ipFamilyPolicy')) gone.ipFamilies = gone.ipFamilyPolicy = undefined;
  }
  if (stops(mayHaveNodePorts) && equal(nodePortsOf(next), nodePortsOf(old))) {
    for (const p of next.spec.ports ?? []) setFields(servicePort, p, { nodePort: undefined });
  }
  if (stops(needsHealthCheck) && same('healthCheckNodePort')) gone.healthCheckNodePort = undefined;
  if (stops(isLoadBalancer)) {
    if (same('allocateLoadBalancerNodePorts')) gone.allocateLoadBalancerNodePorts = undefined;
    if (same('loadBalancerClass')) gone.loadBalancerClass = undefined;
  }
  if (stops(isExternallyAccessible) && same('externalTrafficPolicy')) gone.externalTrafficPolicy = undefined;
  setFields(serviceSpec, next.spec, gone);
  dropInternalPolicy(next);
  // Nobody balances it any more, whatever is still being taken down.
  if (!isLoadBalancer(next)) setFields(serviceStatus, next.status, { loadBalancer: {} });
}

/** There is no traffic inside the cluster that such a service could have a policy for; one that is none at all is told of. */
export function dropInternalPolicy({ spec }: Service): void {
  const { type, internalTrafficPolicy: policy } = spec;
  if (type !== 'ExternalName' || (policy !== 'Cluster' && policy !== 'Local')) return;
  setFields(serviceSpec, spec, { internalTrafficPolicy: undefined });
}

const nodePortsOf = ({ spec }: Service): number[] =>
  (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : [])).sort((a, b) => a - b);
