import { type JsonObject, StatusError } from '../machinery/index.ts';
import type { CallOptions, Client } from './client.ts';

/** A resource that a server serves, as its discovery documents tell. */
export interface ServedResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** What a server serves, as far as it knows. */
export interface Discovered {
  /** Groups are in its order of preference. */
  readonly resources: readonly ServedResource[];
  /** `GROUP/VERSION` of those that somebody behind it serves, who doesn't answer now. */
  readonly stale: readonly string[];
}

/** Every resource that the server serves (aggregated discovery, Kubernetes 1.30 on), and of what it doesn't know. */
export async function discoverAll(client: Client, options: CallOptions = {}): Promise<Discovered> {
  const lists = await Promise.all(['/api', '/apis'].map((path) => groupsAt(client, path, options)));
  const versions = lists.flat().flatMap((g) => g.versions.map((v) => ({ ...v, group: g.metadata?.name ?? '' })));
  const isStale = ({ freshness }: (typeof versions)[number]) => freshness === 'Stale';
  return {
    stale: versions.filter(isStale).map(({ group, version }) => `${group}/${version}`),
    resources: versions
      .filter((v) => !isStale(v))
      .flatMap(({ group, version, resources = [] }) =>
        resources.map(({ resource, responseKind, scope, verbs }) => ({
          group,
          version,
          resource,
          kind: responseKind?.kind ?? '',
          namespaced: scope === 'Namespaced',
          verbs,
        })),
      ),
  };
}

/** Every resource that the server serves, groups in its order of preference; those it doesn't know of now are left out. */
export const discover = async (client: Client, options: CallOptions = {}): Promise<readonly ServedResource[]> =>
  (await discoverAll(client, options)).resources;

/** The part of `apidiscovery.k8s.io/v2` APIGroupDiscovery that is read here. */
interface DiscoveredGroup {
  metadata?: { name?: string };
  versions: {
    version: string;
    freshness?: string;
    resources?: { resource: string; responseKind?: { kind: string }; scope: string; verbs: string[] }[];
  }[];
}

async function groupsAt(client: Client, path: string, { signal }: CallOptions): Promise<DiscoveredGroup[]> {
  const answer = await client.raw({
    method: 'GET',
    path,
    headers: { accept: aggregated },
    ...(signal && { signal }),
  });
  const body = (await answer.json()) as JsonObject & { items?: DiscoveredGroup[] };
  if (answer.status !== 200 || !body.items) {
    throw new StatusError(answer.status, '', `discovery at ${path} was refused with status ${answer.status}`);
  }
  return body.items;
}
