import type { Endpoint, ProxyService, ServicePort } from './service.ts';

/** For tests: an endpoint on this node that is ready, unless told otherwise. */
export function anEndpoint(address: string, more: Partial<Endpoint> = {}): Endpoint {
  return { address, port: 8080, ready: true, serving: true, terminating: false, local: true, ...more };
}

/** For tests: a service `default/web` of one port, 80/TCP, unless told otherwise. */
export function aService(
  endpoints: Endpoint[],
  more: Partial<ProxyService> = {},
  port: Partial<ServicePort> = {},
): ProxyService {
  const name = more.name ?? 'web';
  return {
    key: `default/${name}`,
    namespace: 'default',
    name,
    clusterIP: '10.96.0.7',
    externalIPs: [],
    loadBalancerIPs: [],
    sourceRanges: [],
    externalLocal: false,
    internalLocal: false,
    affinitySeconds: 0,
    healthCheckNodePort: 0,
    ports: [{ name: 'http', protocol: 'tcp', port: 80, nodePort: 0, endpoints, ...port }],
    ...more,
  };
}
