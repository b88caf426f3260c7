import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { node as nodeKind, pod, serviceAccount } from '@tiphys/sdk/api';
import { createClient, HttpTransport, loadKubeconfig } from '@tiphys/sdk/client';
import { systemClock } from '@tiphys/sdk/runtime';
import { removeNode } from 'tiphys/kubelet';
import { program, startServer } from '../wire/api-server.ts';
import { ContainerdLab, whyNoContainers } from './containerd-lab.ts';

const skip = (await whyNoContainers()) ?? false;
const namespace = 'default';
const image = 'docker.io/library/shell:1';

describe('a node agent alone, beside an API server and a containerd', { skip, timeout: 120_000 }, () => {
  it('runs pods, and answers for them to an API server that reaches it over TLS', async () => {
    const server = await startServer();
    const lab = await ContainerdLab.open();
    const transport = new HttpTransport(await loadKubeconfig(server.kubeconfig('admin'), systemClock));
    const client = createClient(transport);
    const cgroupRoot = `tiphys-alone-${process.pid}`;
    let agent: ChildProcess | undefined;
    try {
      await lab.addImage(image, ['sh', 'echo', 'sleep', 'cat']);
      await client.create(serviceAccount, { metadata: { namespace, name: 'default' } });
      const flags = {
        kubeconfig: server.kubeconfig('admin'),
        'hostname-override': 'alone',
        port: 21_086,
        'container-runtime-endpoint': `unix://${lab.containerd.socket}`,
        'root-dir': `${lab.dir}/kubelet`,
        'pod-logs-dir': `${lab.dir}/kubelet-logs`,
        'cgroup-root': cgroupRoot,
      };
      const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
      agent = spawn(process.execPath, [program, 'kubelet', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
      await client.create(pod, {
        metadata: { namespace, name: 'web' },
        spec: {
          nodeName: 'alone',
          hostNetwork: true,
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'main', image, command: ['sh', '-c', 'echo hello; sleep 1000'] }],
        },
      });
      const key = { metadata: { namespace, name: 'web' } };
      const signal = AbortSignal.timeout(60_000);
      while ((await client.get(pod, key)).status.phase !== 'Running') {
        signal.throwIfAborted();
        await pause(100);
      }
      assert.equal(
        (await client.get(nodeKind, { metadata: { name: 'alone' } })).status.daemonEndpoints?.kubeletEndpoint?.Port,
        21_086,
      );
      const logs = await client.raw({ method: 'GET', path: `/api/v1/namespaces/${namespace}/pods/web/log` });
      const pieces: Uint8Array[] = [];
      for await (const piece of logs.bytes()) pieces.push(piece);
      assert.equal(Buffer.concat(pieces).toString(), 'hello\n');
      await client.delete(pod, key);
      while ((await client.list(pod, { namespace })).items.length) {
        signal.throwIfAborted();
        await pause(100);
      }
      const ended = once(agent, 'exit');
      agent.kill('SIGTERM');
      assert.equal((await ended)[0], 0);
    } finally {
      agent?.kill('SIGKILL');
      transport.close();
      await lab[Symbol.asyncDispose]();
      await removeNode({ rootDir: `${lab.dir}/kubelet`, podLogsDir: `${lab.dir}/kubelet-logs`, cgroupRoot });
      await server.stop();
    }
  });
});
