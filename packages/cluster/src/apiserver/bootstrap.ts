import * as api from '@tiphys/sdk/api';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { isAlreadyExists } from '@tiphys/sdk/machinery';
import { type AnyKind, decode, erase } from '@tiphys/sdk/schema';
import { allEnded } from '@tiphys/sdk/runtime';
import { createClient } from '@tiphys/sdk/client';
import { completed } from './authz/bootstrap/completed.ts';
import { bootstrapPolicy } from './authz/bootstrap/index.ts';
import type { ApiServer } from './server.ts';
import type { UserInfo } from './context.ts';
import { makeFlowControlObjects, producer } from './upkeep/keep-flow-control.ts';
import { registerLocalApis } from './upkeep/local-api-services.ts';

/** The server acting for itself. */
export const serverItself: UserInfo = {
  name: 'system:apiserver',
  groups: ['system:masters', 'system:authenticated'],
  extra: {},
};

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Makes what every cluster has from the start, as far as it isn't there. */
export async function bootstrap(server: ApiServer): Promise<void> {
  const make = (kind: AnyKind, manifests: readonly { metadata?: { name?: string; namespace?: string } }[]) =>
    allEnded(manifests.map((m) => ensure(server, kind, m)));
  const { lifecycle } = server;
  const policy = bootstrapPolicy(server.kinds.gates);
  await lifecycle.step('start-system-namespaces-controller', () =>
    make(
      erase(api.namespace),
      namespaces.map((name) => ({ metadata: { name } })),
    ),
  );
  await allEnded([
    lifecycle.step('rbac/bootstrap-roles', () =>
      allEnded([
        make(erase(api.clusterRole), policy.clusterRoles),
        make(erase(api.clusterRoleBinding), policy.clusterRoleBindings),
        make(erase(api.role), policy.roles),
        make(erase(api.roleBinding), policy.roleBindings),
      ]),
    ),
    lifecycle.step('scheduling/bootstrap-system-priority-classes', () =>
      make(
        erase(api.priorityClass),
        api.systemPriorityClasses.map(({ name, ...rest }) => ({ metadata: { name }, ...rest })),
      ),
    ),
    lifecycle.step('priority-and-fairness-config-producer', () => makeFlowControlObjects(clientOf(server, producer))),
    lifecycle.step('apiservice-registration-controller', () =>
      registerLocalApis(clientOf(server, 'kube-apiserver'), server.kinds.all),
    ),
  ]);
}

const clientOf = (server: ApiServer, fieldManager: string) =>
  createClient(server.transport(serverItself), { fieldManager });

async function ensure(
  server: ApiServer,
  kind: AnyKind,
  manifest: { metadata?: { name?: string; namespace?: string } },
): Promise<void> {
  const registry = server.registries.of(kind);
  const { name = '', namespace = '' } = manifest.metadata ?? {};
  const request = {
    namespace,
    name,
    user: serverItself,
    dryRun: false,
    options: {},
    manager: { fieldManager: 'kube-apiserver', userAgent: '' },
    warn: () => {},
  };
  const stored = registry.find(namespace, name)?.object;
  if (stored) {
    if (kind.group !== api.clusterRole.group || !completed(stored, manifest)) return;
    await registry.update({ ...request, next: (o) => completed(o!, manifest) ?? structuredClone(o!) });
    return;
  }
  const object = decode(kind.schema.shape, manifest) as KubeObject;
  kind.default?.(object);
  try {
    await registry.create(object, request);
  } catch (err) {
    // Another server of the same store was faster.
    if (!isAlreadyExists(err)) throw err;
  }
}
