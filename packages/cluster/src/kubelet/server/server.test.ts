import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { subjectAccessReview, tokenReview } from '@tiphys/sdk/api';
import { type Client, HttpTransport } from '@tiphys/sdk/client';
import { Counter, nullLogger, Registry, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { aPod } from '@tiphys/sdk/testing';
import { Pki } from '../../pki/index.ts';
import { NodeAccess, subresourcesOf, verbOf } from './access.ts';
import { containerOfLog } from '../../podspec/index.ts';
import { resourceMetrics } from './info-handler.ts';
import { NodeServer } from './node-server.ts';

describe('what a path of the node is a part of', () => {
  const cases: [path: string, want: string[]][] = [
    ['/stats/summary', ['stats']],
    ['/metrics', ['metrics']],
    ['/metrics/resource', ['metrics']],
    ['/metricsx', ['proxy']],
    ['/logs/syslog', ['log']],
    ['/pods', ['pods', 'proxy']],
    ['/healthz?x=1', ['healthz', 'proxy']],
    ['/exec/ns/p/c?command=id', ['proxy']],
    ['/containerLogs/ns/p/c', ['proxy']],
  ];
  for (const [path, want] of cases) it(path, () => assert.deepEqual(subresourcesOf(path), want));

  it('methods are verbs', () => {
    assert.deepEqual(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'].map(verbOf), [
      'get',
      'create',
      'update',
      'patch',
      'delete',
      '',
    ]);
  });
});

describe('whose log is meant', () => {
  const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
  const ended = (containerID: string) => ({ terminated: { exitCode: 1, containerID } });
  const waiting = (reason: string) => ({ waiting: { reason } });
  const cases: [name: string, status: object | undefined, previous: boolean, want: string | RegExp][] = [
    ['a running container', { state: running, containerID: 'containerd://a' }, false, 'a'],
    ['one that ended', { state: ended('containerd://b') }, false, 'b'],
    [
      'the last of a crash loop',
      { state: waiting('CrashLoopBackOff'), lastState: ended('containerd://c') },
      false,
      'c',
    ],
    [
      'the one before',
      { state: running, containerID: 'containerd://d', lastState: ended('containerd://c') },
      true,
      'c',
    ],
    ['no one before', { state: running }, true, /^previous terminated container "main" in pod "p" not found$/],
    ['creating', { state: waiting('ContainerCreating') }, false, /is waiting to start: ContainerCreating$/],
    ['no image', { state: waiting('ErrImagePull') }, false, /is waiting to start: image can't be pulled$/],
    ['no image yet', { state: waiting('ImagePullBackOff') }, false, /: trying and failing to pull image$/],
    ['ended without an id', { state: ended('') }, false, /^container "main" in pod "p" is terminated$/],
    ['unheard of', undefined, false, /^container "main" in pod "p" is not available$/],
  ];
  for (const [name, status, previous, want] of cases) {
    it(name, () => {
      const pod = {
        ...aPod({ metadata: { name: 'p' } }),
        status: { containerStatuses: status ? [{ name: 'main', ...status }] : [] },
      } as never;
      if (typeof want === 'string') assert.equal(containerOfLog(pod, 'main', previous), want);
      else assert.throws(() => containerOfLog(pod, 'main', previous), { message: want, code: 400 });
    });
  }
});

it('usage is told as metrics', () => {
  const time = '2026-01-01T00:00:00Z';
  const usage = { cpu: { time, usageCoreNanoSeconds: 1_500_000_000 }, memory: { time, workingSetBytes: 42 } };
  const podRef = { name: 'p', namespace: 'ns', uid: 'u' };
  const text = resourceMetrics({
    node: { nodeName: 'n', ...usage },
    pods: [{ podRef, ...usage, containers: [{ name: 'c', ...usage }] }],
  });
  for (const line of [
    'container_cpu_usage_seconds_total{container="c",namespace="ns",pod="p"} 1.5 1767225600000',
    'node_memory_working_set_bytes 42 1767225600000',
    'pod_cpu_usage_seconds_total{namespace="ns",pod="p"} 1.5 1767225600000',
    'resource_scrape_error 0',
  ]) {
    assert.ok(text.split('\n').includes(line), line);
  }
});

describe('who may call a node', () => {
  interface Asked {
    readonly token: string;
    readonly user: string;
    readonly groups: readonly string[];
    readonly resourceAttributes: { readonly verb: string; readonly subresource: string; readonly name: string };
  }

  async function serve(t: TestContext, { problem }: { problem?: string } = {}) {
    const dir = mkdtempSync(join(tmpdir(), 'tiphys-node-'));
    const pki = new Pki(dir, { clock: systemClock, random: systemRandom }, { serverNames: [] });
    const asked: string[] = [];
    const client = {
      async create(kind: unknown, { spec }: { spec: Asked }) {
        const { token, user, groups, resourceAttributes } = spec;
        if (kind === tokenReview) {
          asked.push(`who is ${token}`);
          return {
            status: token === 'good' ? { authenticated: true, user: { username: 'jane', groups: ['devs'] } } : {},
          };
        }
        assert.equal(kind, subjectAccessReview);
        const { verb, subresource, name } = resourceAttributes;
        asked.push(`may ${user} of ${String(groups)} ${verb} ${name}/${subresource}`);
        return { status: { allowed: user === 'jane' ? subresource === 'pods' : true } };
      },
    } as unknown as Client;
    const stop = new AbortController();
    const metrics = new Registry();
    new Counter({ name: 'asked_total', help: 'Asked.', registers: [metrics] }).inc();
    const server = new NodeServer({
      clock: systemClock,
      log: nullLogger,
      access: new NodeAccess({ client, clock: systemClock, nodeName: 'n1' }),
      backend: {} as never,
      info: {
        pods: () => [aPod()],
        runningPods: async () => [],
        summary: async () => ({ node: { nodeName: 'n1' }, pods: [] }),
        problem: () => problem,
        metrics,
      },
    });
    let done: Promise<void>;
    const port = await new Promise<number>((resolve) => {
      const certificate = pki.serverCertificate('system:node:n1', ['127.0.0.1']);
      done = server.run({ ...certificate, clientCa: pki.ca.cert, port: 0, host: '127.0.0.1' }, resolve, stop.signal);
    });
    const transports: HttpTransport[] = [];
    t.after(async () => {
      for (const tr of transports) tr.close();
      stop.abort();
      await done;
      rmSync(dir, { recursive: true });
    });
    const get = async (path: string, credentials: object = {}) => {
      const transport = new HttpTransport({ server: `https://127.0.0.1:${port}`, ca: pki.ca.cert, ...credentials });
      transports.push(transport);
      const response = await transport.send({ method: 'GET', path });
      let text = '';
      for await (const piece of response.bytes()) text += String(piece);
      return { status: response.status, text };
    };
    return { get, asked, pki };
  }

  it('nobody without a name', async (t) => {
    const { get } = await serve(t);
    assert.deepEqual(await get('/pods'), { status: 401, text: 'Unauthorized' });
    assert.deepEqual(await get('/pods', { token: () => 'bad' }), { status: 401, text: 'Unauthorized' });
  });

  it('whoever the API server allows one of what the path is a part of; it is asked once', async (t) => {
    const { get, asked } = await serve(t);
    const token = () => 'good';
    assert.equal((await get('/pods', { token })).status, 200);
    assert.equal((await get('/pods', { token })).status, 200);
    assert.deepEqual(await get('/stats/summary', { token }), {
      status: 403,
      text: 'Forbidden (user=jane, verb=get, resource=nodes, subresource(s)=[stats])\n',
    });
    assert.deepEqual(asked, ['who is good', 'may jane of devs get n1/pods', 'may jane of devs get n1/stats']);
  });

  it('how well the node is, and how well it was found to be', async (t) => {
    const { get, pki } = await serve(t, { problem: 'PLEG is not healthy' });
    const scraper = pki.clientCertificate('kube-apiserver', ['system:masters']);
    assert.deepEqual(await get('/healthz', scraper), {
      status: 500,
      text: '[+]ping ok\n[+]log ok\n[-]syncloop failed: reason withheld\nhealthz check failed\n',
    });
    assert.deepEqual(await get('/healthz/ping', scraper), { status: 200, text: 'ok' });
    assert.deepEqual(await get('/healthz/syncloop', scraper), {
      status: 500,
      text: 'internal server error: PLEG is not healthy\n',
    });
    const { text } = await get('/metrics/slis', scraper);
    assert.match(text, /^kubernetes_healthcheck\{name="ping",type="healthz"\} 1$/m);
    assert.match(text, /^kubernetes_healthcheck\{name="syncloop",type="healthz"\} 0$/m);
    assert.match(text, /^kubernetes_healthchecks_total\{name="syncloop",status="error",type="healthz"\} 1$/m);
    assert.match((await get('/metrics', scraper)).text, /^asked_total 1$/m);
    assert.equal((await get('/livez', scraper)).status, 404);
  });

  it('a certificate says who, and of which groups', async (t) => {
    const { get, asked, pki } = await serve(t);
    const { status, text } = await get('/healthz', pki.clientCertificate('kube-apiserver', ['system:masters']));
    assert.deepEqual({ status, text }, { status: 200, text: 'ok' });
    assert.deepEqual(asked, ['may kube-apiserver of system:masters,system:authenticated get n1/healthz']);
  });
});
