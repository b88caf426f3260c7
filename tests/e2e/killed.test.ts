import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { deployment, type Pod, pod } from '@tiphys/sdk/api';
import { type Client, createClient, HttpTransport, loadKubeconfig } from '@tiphys/sdk/client';
import { systemClock } from '@tiphys/sdk/runtime';
import { connectRuntime } from 'tiphys/kubelet/cri';
import { containerdPaths } from 'tiphys/kubelet/containerd';
import { tiphys, UpProcess } from '../wire/up-process.ts';
import { leftoversOf } from './leftovers.ts';
import { whyNoNode } from './node-lab.ts';

const skip = (await whyNoNode()) ?? false;
const flags = [
  '--kubelet-port',
  '21085',
  '--service-cluster-ip-range',
  '10.97.0.0/16',
  '--cluster-cidr',
  '10.245.0.0/16',
];
const namespace = 'default';

/** A cluster on this machine whose process is killed, not asked. */
class Killed implements AsyncDisposable {
  readonly up = new UpProcess();
  client!: Client;
  #transport: HttpTransport | undefined;

  async start(): Promise<void> {
    const { kubeconfig } = await this.up.start(...flags);
    this.#transport?.close();
    this.#transport = new HttpTransport(await loadKubeconfig(kubeconfig, systemClock));
    this.client = createClient(this.#transport);
  }

  async kill(): Promise<void> {
    process.kill(this.up.pid, 'SIGKILL');
    await once(this.up.child, 'exit');
  }

  /** As the runtime has them, whether or not anybody keeps it. */
  async running(): Promise<string[]> {
    const runtime = connectRuntime(containerdPaths(`${this.up.dataDir}/node/containerd`).socket, {
      clock: systemClock,
    });
    const { signal } = new AbortController();
    const found = await runtime.listContainers({ state: 'CONTAINER_RUNNING' }, { signal });
    runtime.close();
    return found.map((c) => `containerd://${c.id}`).toSorted();
  }

  async deploy(replicas: number): Promise<void> {
    const labels = { app: 'web' };
    await this.client.create(deployment, {
      metadata: { namespace, name: 'web' },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [{ name: 'main', image: 'demo:1', command: ['sleep', '100000'] }],
          },
        },
      },
    });
  }

  /** The pods, once so many are ready and there are no others. */
  async ready(count: number): Promise<Pod[]> {
    for (let tries = 0; tries < 600; tries++) {
      const { items } = await this.client.list(pod, { namespace });
      if (items.length === count && items.every(isReady)) return [...items];
      await pause(100);
    }
    assert.fail(`${count} pods were not ready within a minute`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#transport?.close();
    await this.up.close();
  }
}

const isReady = ({ status }: Pod) => status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
const idsOf = (pods: readonly Pod[]) =>
  pods.map((p) => p.status.containerStatuses?.[0]?.containerID ?? 'none').toSorted();

describe('a cluster that is killed (kill -9) with pods running', { skip, timeout: 180_000 }, () => {
  it('leaves its containers running, and has the same ones again when it is started, none twice', async () => {
    await using cluster = new Killed();
    await cluster.start();
    const image = await tiphys('image', 'from-host', 'demo:1', '--data-dir', cluster.up.dataDir, '--', 'sleep');
    assert.equal(image.code, 0, image.stderr);
    await cluster.deploy(3);
    const before = await cluster.ready(3);
    await cluster.kill();
    assert.deepEqual(await cluster.running(), idsOf(before));

    await cluster.start();
    const after = await cluster.ready(3);
    assert.deepEqual(new Set(after.map((p) => p.metadata.uid)), new Set(before.map((p) => p.metadata.uid)));
    assert.deepEqual(idsOf(after), idsOf(before));
    assert.ok(after.every((p) => p.status.containerStatuses?.[0]?.restartCount === 0));
    assert.deepEqual(await cluster.running(), idsOf(before));

    // Whatever it is in the middle of.
    const patch = { spec: { replicas: 8 } };
    await cluster.client.patch(deployment, { metadata: { namespace, name: 'web' } }, { type: 'merge', patch });
    await pause(400);
    await cluster.kill();
    await cluster.start();
    const all = await cluster.ready(8);
    assert.deepEqual(await cluster.running(), idsOf(all));
    assert.ok(idsOf(before).every((id) => idsOf(all).includes(id)));

    const down = await tiphys('down', '--data-dir', cluster.up.dataDir);
    assert.equal(down.code, 0, down.stderr);
    const left = leftoversOf(cluster.up.dataDir);
    assert.deepEqual(
      left.filter((l) => /^(mount|link|route|nft|process): |pod[0-9a-f-]{36}/.test(l)),
      [],
    );
  });
});
