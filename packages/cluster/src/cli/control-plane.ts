import { SharedCache } from '@tiphys/sdk/cache';
import { type Client, createClient } from '@tiphys/sdk/client';
import { type Clock, group, type Logger, type Random, type Registry } from '@tiphys/sdk/runtime';
import type { ApiServer, UserInfo } from '../apiserver/index.ts';
import { runControllers } from '../controllers/index.ts';
import { runScheduler } from '../scheduler/index.ts';

export interface ControlPlaneDeps {
  readonly server: ApiServer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly rootCa: string;
  readonly clusterCidr: string;
}

/** A component of this process as the API server sees it. */
export const component = (name: string, ...groups: string[]): UserInfo => ({
  name,
  groups: [...groups, 'system:authenticated'],
  extra: {},
});

/** Controllers and scheduler beside their API server, each as the user that upstream runs it as. */
export async function runControlPlane(deps: ControlPlaneDeps, signal: AbortSignal): Promise<void> {
  const { server, log } = deps;
  const as = (user: UserInfo, fieldManager: string): Client => createClient(server.transport(user), { fieldManager });
  await using tasks = group(signal);
  const shared = (client: Client, s: AbortSignal) => {
    const { clock, random, metrics } = deps;
    const cache = new SharedCache({ client, clock, random, log }, s);
    tasks.go(() => cache.done());
    return { client, cache, clock, random, metrics };
  };
  tasks.go((s) => {
    const manager = 'kube-controller-manager';
    const accounts = ['system:serviceaccounts', 'system:serviceaccounts:kube-system'];
    return runControllers(
      {
        ...shared(as(component(`system:${manager}`), manager), s),
        log: log.child({ component: manager }),
        clientOf: (account) => as(component(`system:serviceaccount:kube-system:${account}`, ...accounts), manager),
        config: { rootCa: deps.rootCa, nodeIpam: { clusterCidr: deps.clusterCidr, nodeMaskSize: 24 } },
      },
      s,
    );
  });
  tasks.go((s) => {
    const name = 'kube-scheduler';
    return runScheduler(
      { ...shared(as(component(`system:${name}`), name), s), log: log.child({ component: name }) },
      s,
    );
  });
  await tasks.done();
}
