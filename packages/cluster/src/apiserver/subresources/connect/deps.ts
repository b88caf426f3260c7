import type { Pod } from '@tiphys/sdk/api';
import type { Random } from '@tiphys/sdk/runtime';
import type { ClusterObjects } from '../../admission/cluster-objects.ts';
import type { AdmissionChain } from '../../admission/plugin.ts';
import type { Authorizer } from '../../authz/authorizer.ts';
import type { RequestContext } from '../../context.ts';
import type { NodeConnector } from '../../nodes/connector.ts';
import type { Registry } from '../../registry/registry.ts';

/** What the subresources need that lead to nodes and pods. */
export interface ConnectDeps {
  readonly objects: ClusterObjects;
  readonly nodes: NodeConnector;
  readonly authorizer: Authorizer;
  readonly admission: () => AdmissionChain;
  readonly random: Random;
}

/** Lets admission have its say about a connection. */
export async function admitConnection(
  c: RequestContext,
  registry: Registry,
  { admission }: ConnectDeps,
): Promise<void> {
  const { group, version, namespace, resource, subresource, name } = c.info;
  const attributes = {
    operation: 'CONNECT',
    kind: registry.resource.kind,
    group,
    version,
    namespace,
    resource,
    subresource,
    name,
    user: c.user,
    options: {},
    dryRun: false,
    warn: (text: string) => c.warn(text),
  } as const;
  await admission().admit(attributes);
  await admission().validate(attributes);
}

export const podOf = async (c: RequestContext, registry: Registry): Promise<Pod> =>
  (await registry.get(c.info.namespace, c.info.name)).object as Pod;
