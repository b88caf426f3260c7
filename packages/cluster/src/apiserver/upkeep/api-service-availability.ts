import {
  apiService,
  type APIService,
  type APIServiceCondition,
  endpointSlice,
  type EndpointSlice,
  service,
  type Service,
} from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { defineController, watch } from '@tiphys/sdk/operator';
import { serviceName } from '../services/index.ts';

/** Says of APIs that others serve whether anybody could be there: their service, its port, somebody behind it. */
export const apiServiceAvailability = defineController({
  name: 'apiservice-availability',
  for: apiService,
  watches: [
    watch(service, (next, old, cache) => servedBy(cache.list(apiService), (next ?? old)!.metadata)),
    watch(endpointSlice, (next, old, cache) => {
      const { namespace, labels } = (next ?? old)!.metadata;
      return servedBy(cache.list(apiService), { namespace, name: labels?.[serviceName] });
    }),
  ],

  async reconcile(api, { client, cache, clock, signal }) {
    const at = api.spec.service;
    if (!at) return;
    const slices = cache.list(endpointSlice, at.namespace).filter((s) => s.metadata.labels?.[serviceName] === at.name);
    const found = unavailability(api, { service: cache.get(service, at.namespace, at.name ?? ''), slices });
    if (!found) return;
    const conditions = withCondition(api.status.conditions ?? [], { ...found, now: clock.now() });
    if (conditions) await client.updateStatus(apiService, api, { ...api.status, conditions }, { signal });
  },
});

function servedBy(
  apis: readonly APIService[],
  { namespace, name }: { namespace?: string | undefined; name?: string | undefined },
): string[] {
  return apis
    .filter(({ spec }) => spec.service?.name === name && spec.service?.namespace === namespace)
    .map((api) => api.metadata.name!);
}

interface Found {
  readonly reason: string;
  readonly message: string;
}

/** Why nobody can be there; undefined when somebody may be. */
export function unavailability(
  { spec: { service: at } }: APIService,
  seen: { service: Service | undefined; slices: readonly EndpointSlice[] },
): Found | undefined {
  if (!at) return undefined;
  const quoted = JSON.stringify(at.namespace ?? '');
  const it = `service/${at.name ?? ''} in ${quoted}`;
  if (!seen.service) return { reason: 'ServiceNotFound', message: `${it} is not present` };
  if (seen.service.spec.type !== 'ClusterIP') return undefined;
  const port = seen.service.spec.ports?.find((p) => p.port === at.port);
  if (!port) return { reason: 'ServicePortError', message: `${it} is not listening on port ${at.port}` };
  if (!seen.slices.length) return { reason: 'EndpointsNotFound', message: `cannot find endpointslices for ${it}` };
  const { name = '' } = port;
  if (seen.slices.some((slice) => hasReady(slice, name))) return undefined;
  const message = `endpointslices for ${it} have no addresses with port name ${JSON.stringify(name)}`;
  return { reason: 'MissingEndpoints', message };
}

const hasReady = ({ endpoints, ports }: EndpointSlice, name: string): boolean =>
  (ports ?? []).some((p) => p.name === name && p.port !== undefined) &&
  (endpoints ?? []).some(({ conditions }) => conditions?.ready ?? true);

/** The conditions with this said of availability; undefined when they say so already. */
function withCondition(
  conditions: readonly APIServiceCondition[],
  { reason, message, now }: Found & { now: number },
): APIServiceCondition[] | undefined {
  const old = conditions.find((c) => c.type === 'Available');
  if (old?.status === 'False' && old.reason === reason && old.message === message) return undefined;
  const lastTransitionTime = old?.status === 'False' ? old.lastTransitionTime : timestamp(now);
  const next: APIServiceCondition = { type: 'Available', status: 'False', lastTransitionTime, reason, message };
  return old ? conditions.map((c) => (c === old ? next : c)) : [...conditions, next];
}
