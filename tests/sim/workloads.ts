import { deployment, type DeploymentManifest, node, type Taint } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { isConflict, StatusError } from '@tiphys/sdk/machinery';
import type { Random } from '@tiphys/sdk/runtime';

export const apps = ['web', 'db', 'cache', 'queue'];
export const home = 'app';

export interface Workload {
  readonly app: string;
  readonly namespace?: string;
  readonly replicas: number;
  readonly version: string;
  readonly cpu?: string;
  readonly tolerates?: boolean;
}

/** A Deployment of the app. `queue` matters more than the others and asks for more. */
export function workload({ app, namespace = home, replicas, version, cpu, tolerates }: Workload): DeploymentManifest {
  const labels = { app };
  const important = app === 'queue';
  const requests = { cpu: cpu ?? (important ? '1500m' : '250m'), memory: '64Mi' };
  return {
    metadata: { name: app, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...(important && { priorityClassName: 'important' }),
          ...(tolerates && { tolerations: [{ key: 'sim', operator: 'Exists' }] }),
          containers: [{ name: 'main', image: `registry.example/${app}:${version}`, resources: { requests } }],
        },
      },
    },
  };
}

export const put = (client: Client, w: Workload): Promise<unknown> =>
  tolerate(client.apply(deployment, workload(w), { force: true }));

/** What is gone, was changed meanwhile, can't be written now or not in a namespace that ends, is nobody's fault. */
export async function tolerate(write: Promise<unknown>): Promise<void> {
  await write.catch((err: unknown) => {
    if (!(err instanceof StatusError) || ![403, 404, 409, 503].includes(err.code)) throw err;
  });
}

/** Gives the node our taint with this effect, or takes it away; the controllers' own taints stay. */
export async function setTaint(client: Client, name: string, effect?: Taint['effect']): Promise<void> {
  for (;;) {
    const held = await client.get(node, { metadata: { name } });
    const others = (held.spec.taints ?? []).filter((t) => t.key !== 'sim');
    const taints = effect ? [...others, { key: 'sim', value: 'yes', effect }] : others;
    try {
      await client.update(node, { ...held, spec: { ...held.spec, taints } });
      return;
    } catch (err) {
      if (!isConflict(err)) throw err;
    }
  }
}

export const pick = <T>(random: Random, from: readonly T[]): T => from[random.int(from.length)]!;
