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

/** Every resource that the server serves, groups in its order of preference (aggregated discovery, Kubernetes 1.30 on). */
export async function discover(client: Client, options: CallOptions = {}): Promise<ServedResource[]> {
  const lists = await Promise.all(['/api', '/apis'].map((path) => groupsAt(client, path, options)));
  return lists.flat().flatMap(({ metadata, versions }) =>
    versions.flatMap(({ version, resources }) =>
      resources.map(({ resource, responseKind, scope, verbs }) => ({
        group: metadata?.name ?? '',
        version,
        resource,
        kind: responseKind?.kind ?? '',
        namespaced: scope === 'Namespaced',
        verbs,
      })),
    ),
  );
}

/** The part of `apidiscovery.k8s.io/v2` APIGroupDiscovery that is read here. */
interface DiscoveredGroup {
  metadata?: { name?: string };
  versions: {
    version: string;
    resources: { resource: string; responseKind?: { kind: string }; scope: string; verbs: string[] }[];
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
