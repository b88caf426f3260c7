import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { deployment, lease, node as nodeKind, pod } from '@tiphys/sdk/api';
import { type Client, createClient, HttpTransport, loadKubeconfig } from '@tiphys/sdk/client';
import { systemClock } from '@tiphys/sdk/runtime';
import { program, type ServerProcess, startServer } from './api-server.ts';

const ports = { manager: 21_081, scheduler: 21_082, second: 21_083 };

/** A component alone, as a process beside an API server that it knows by a kubeconfig only. */
function start(server: ServerProcess, name: string, port: number, ...more: string[]): ChildProcess {
  const flags = [
    '--kubeconfig',
    server.kubeconfig('admin'),
    '--secure-port',
    String(port),
    '--bind-address',
    '127.0.0.1',
  ];
  const child = spawn(process.execPath, [program, name, ...flags, ...more], { stdio: ['ignore', 'ignore', 'pipe'] });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

async function ask(
  port: number,
  path: string,
  token?: string,
): Promise<{ status: number; type: string; body: string }> {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const asked = request({ host: '127.0.0.1', port, path, headers, rejectUnauthorized: false }).end();
  const [answer] = await Promise.race([
    once(asked, 'response'),
    once(asked, 'error').then(([err]) => Promise.reject(err)),
  ]);
  return { status: answer.statusCode, type: answer.headers['content-type'], body: await text(answer) };
}

async function until(what: string, holds: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds().catch(() => false)) return;
    await pause(100);
  }
  assert.fail(`${what}: not within 20 s`);
}

describe('controllers and scheduler, each alone beside an API server', () => {
  let server: ServerProcess;
  let client: Client;
  let transport: HttpTransport;
  const running: ChildProcess[] = [];

  before(async () => {
    server = await startServer();
    transport = new HttpTransport(await loadKubeconfig(server.kubeconfig('admin'), systemClock));
    client = createClient(transport);
    running.push(start(server, 'controller-manager', ports.manager), start(server, 'scheduler', ports.scheduler));
  });
  after(async () => {
    for (const child of running) child.kill('SIGKILL');
    transport.close();
    await server.stop();
  });

  it('do their work over HTTP', async () => {
    await client.create(nodeKind, {
      metadata: { name: 'n1' },
      status: {
        allocatable: { cpu: '4', memory: '8Gi', pods: '10' },
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    });
    const labels = { app: 'web' };
    await client.create(deployment, {
      metadata: { namespace: 'default', name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: 'main', image: 'web' }], tolerations: [{ operator: 'Exists' }] },
        },
      },
    });
    await until('both pods are bound', async () => {
      const { items } = await client.list(pod, { namespace: 'default' });
      return items.length === 2 && items.every((p) => p.spec.nodeName === 'n1');
    });
  });

  it('tell everybody how they are', async () => {
    for (const port of [ports.manager, ports.scheduler]) {
      for (const path of ['/healthz', '/livez', '/readyz', '/healthz/leaderElection']) {
        const { status, body } = await ask(port, path);
        assert.deepEqual([status, body], [200, 'ok'], path);
      }
      const { body } = await ask(port, '/readyz?verbose');
      assert.equal(body, '[+]leaderElection ok\n[+]shutdown ok\nreadyz check passed\n');
    }
  });

  it('show their metrics to whom the cluster lets have them', async () => {
    const nobody = await ask(ports.scheduler, '/metrics');
    assert.equal(nobody.status, 403);
    assert.equal(
      (JSON.parse(nobody.body) as { message: string }).message,
      'forbidden: User "system:anonymous" cannot get path "/metrics"',
    );
    assert.equal((await ask(ports.scheduler, '/metrics', 'invented')).status, 401);
    assert.equal((await ask(ports.manager, '/metrics', 'ada')).status, 403);
    const scheduler = await ask(ports.scheduler, '/metrics', 'tok');
    assert.equal(scheduler.status, 200);
    assert.match(scheduler.body, /^leader_election_master_status\{name="kube-scheduler"\} 1$/m);
    assert.match(scheduler.body, /^scheduler_schedule_attempts_total\{.*result="scheduled".*\} 2$/m);
    assert.match(scheduler.body, /^process_cpu_seconds_total /m);
    const manager = await ask(ports.manager, '/metrics', 'tok');
    assert.match(manager.body, /^workqueue_adds_total\{name="replicaset"\} [1-9]/m);
    assert.match(
      (await ask(ports.manager, '/metrics/slis', 'tok')).body,
      /^kubernetes_healthcheck\{name="leaderElection",type="healthz"\} 1$/m,
    );
    assert.equal((await ask(ports.manager, '/nothing', 'tok')).status, 404);
  });

  it('take over from one another at once when one is asked to end', async () => {
    const second = start(server, 'scheduler', ports.second);
    running.push(second);
    await until('the second answers', async () => (await ask(ports.second, '/healthz')).status === 200);
    const holder = async () =>
      (await client.get(lease, { metadata: { namespace: 'kube-system', name: 'kube-scheduler' } })).spec.holderIdentity;
    const first = await holder();
    const ended = once(running[1]!, 'exit');
    running[1]!.kill('SIGTERM');
    assert.equal((await ended)[0], 0);
    await until('the second leads', async () => {
      const now = await holder();
      return now && now !== first;
    });
    const { body } = await ask(ports.second, '/metrics', 'tok');
    assert.match(body, /^leader_election_master_status\{name="kube-scheduler"\} 1$/m);
  });

  it('a port that is taken is told', async () => {
    const third = start(server, 'scheduler', ports.second);
    running.push(third);
    const [told, [code]] = await Promise.all([text(third.stderr!), once(third, 'exit')]);
    assert.equal(code, 1);
    assert.match(told, /port 21083 is in use: choose another with --secure-port/);
  });
});
