import { node as nodeKind, type Node } from '@tiphys/sdk/api';
import { notFound, StatusError } from '@tiphys/sdk/machinery';
import type { ClusterObjects } from '../admission/cluster-objects.ts';
import type { NodeAddress } from './connector.ts';

/** In which order a node's addresses are tried: those first that need no name server. */
const preferredAddressTypes = ['InternalIP', 'ExternalIP', 'Hostname', 'InternalDNS', 'ExternalDNS'] as const;
const usualPort = 10_250;

/** Where a node's agent listens, as its status says. That it isn't there is said of what was asked for, as upstream has it. */
export async function addressOfNode(objects: ClusterObjects, name: string, resource = 'nodes'): Promise<NodeAddress> {
  const node = await objects.get(nodeKind, '', name);
  if (!node) throw notFound({ group: '', resource }, name);
  return { name, host: hostOf(node), port: node.status?.daemonEndpoints?.kubeletEndpoint?.Port || usualPort };
}

function hostOf({ status }: Node): string {
  const known = status?.addresses ?? [];
  for (const type of preferredAddressTypes) {
    const found = known.find((a) => a.type === type);
    if (found) return found.address;
  }
  const list = known.map((a) => `{${a.type} ${a.address}}`).join(' ');
  throw new StatusError(500, '', `no preferred addresses found; known addresses: [${list}]`);
}
