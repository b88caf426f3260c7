/**
 * What the few kinds need whose writes concern more than the object itself: addresses and ports of services, rights that a role
 * would give away. A file a kind; hooks say how to take back what they did.
 */
import { addressRules } from '@tiphys/sdk/api';
import type { ApiServer } from '../../server.ts';
import type { KindHooks } from '../kind-hooks.ts';
import type { Resource } from '../resource.ts';
import { AddressObjects } from './address-objects.ts';
import { adminAccessHooks } from './admin-access.ts';
import type { ClusterIps } from './cluster-ips.ts';
import { type PortRange, standardNodePorts } from './node-ports.ts';
import { podCertificateHooks } from './pod-certificate.ts';
import { bindingHooks, type RbacHookDeps, roleHooks } from './rbac.ts';
import { serviceHooks } from './service.ts';

export { ClusterIps } from './cluster-ips.ts';

export interface KindHooksConfig {
  /** The addresses that services get. */
  readonly clusterIps: ClusterIps;
  /** The ports of nodes that they get. */
  readonly nodePortRange?: PortRange;
  /** How long events last, 0 for ever; what their kind says, unless told. */
  readonly eventTtlSeconds?: number;
}

/** What the server's other parts know that hooks ask. */
export type Access = Omit<RbacHookDeps, 'registries'>;

export function hooksOf(
  server: ApiServer,
  resource: Resource,
  {
    clusterIps,
    nodePortRange = standardNodePorts,
    eventTtlSeconds,
    access,
  }: KindHooksConfig & { access: () => Access },
): KindHooks | undefined {
  const { deps } = server;
  const rbac = (): RbacHookDeps => ({ ...access(), registries: () => server.registries });
  switch (`${resource.group}/${resource.resource}`) {
    case '/services':
      return serviceHooks(resource, {
        feed: server.feeds.of(resource),
        ips: clusterIps,
        nodePortRange,
        random: deps.random.fork('services'),
        addresses: new AddressObjects(() => server.registries),
        rules: addressRules(server.kinds),
      });
    case '/events':
    case 'events.k8s.io/events':
      return eventTtlSeconds === undefined ? undefined : { ttlSeconds: eventTtlSeconds };
    case 'rbac.authorization.k8s.io/roles':
    case 'rbac.authorization.k8s.io/clusterroles':
      return roleHooks(resource, rbac());
    case 'rbac.authorization.k8s.io/rolebindings':
    case 'rbac.authorization.k8s.io/clusterrolebindings':
      return bindingHooks(resource, rbac());
    case 'certificates.k8s.io/podcertificaterequests':
      return podCertificateHooks(() => access().authorizer);
    case 'resource.k8s.io/resourceclaims':
    case 'resource.k8s.io/resourceclaimtemplates':
      return adminAccessHooks(resource, () => server.registries);
    default:
      return undefined;
  }
}
