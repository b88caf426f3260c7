/**
 * What the few kinds need whose writes concern more than the object itself: addresses and ports of services, rights that a role
 * would give away. A file a kind; hooks say how to take back what they did.
 */
import type { ApiServer } from '../../server.ts';
import type { KindHooks } from '../kind-hooks.ts';
import type { Resource } from '../resource.ts';
import type { ClusterIps } from './cluster-ips.ts';
import { serviceHooks } from './service.ts';

export { ClusterIps } from './cluster-ips.ts';

export interface KindHooksConfig {
  readonly clusterIps: ClusterIps;
}

export function hooksOf(server: ApiServer, resource: Resource, { clusterIps }: KindHooksConfig): KindHooks | undefined {
  const { feed, deps } = server;
  switch (`${resource.group}/${resource.resource}`) {
    case '/services':
      return serviceHooks(resource, { feed, ips: clusterIps, random: deps.random.fork('services') });
    default:
      return undefined;
  }
}
