import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { nullLogger, Registry, seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { selfSigned } from '../../pki/index.ts';
import { serverScene } from '../server-scene.ts';
import { openAuditLog } from './index.ts';
import type { BackendOptions, WebhookOptions } from './options.ts';

const { key, cert } = selfSigned(['127.0.0.1'], { clock: systemClock, random: seededRandom(1) });

interface EventList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly items: readonly { readonly stage: string; readonly requestURI: string }[];
}

/** A webhook that can go away and come back. */
class Sink {
  readonly lists: EventList[] = [];
  readonly tokens = new Set<string | undefined>();
  /** Answers that are no good, before the others. */
  refusals = 0;
  #server: Server | undefined;
  #port = 0;

  async open(): Promise<void> {
    this.#server = createServer({ key, cert }, (request, response) => {
      void json(request).then((list) => {
        this.tokens.add(request.headers.authorization);
        if (this.refusals-- > 0) return response.writeHead(403).end('not now');
        this.lists.push(list as EventList);
        return response.end();
      });
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    this.#server?.close();
    await once(this.#server!, 'close');
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}/events`;
  }

  uris(): string[] {
    return this.lists.flatMap(({ items }) => items.map((e) => e.requestURI));
  }
}

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audit-'));
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    rules: [{ level: 'Metadata' }],
    omitStages: ['RequestReceived'],
  };
  await writeFile(join(directory, 'policy'), JSON.stringify(policy));
});
after(() => rm(directory, { recursive: true }));

const blocking: BackendOptions = {
  mode: 'blocking',
  batch: { bufferSize: 100, maxSize: 400, maxWaitMs: 30_000, throttle: false, throttleQps: 0, throttleBurst: 0 },
  truncate: { enabled: false, maxBatchBytes: 1e6, maxEventBytes: 1e6 },
  version: 'audit.k8s.io/v1',
};

async function scene(sink: Sink, options: Partial<WebhookOptions> = {}) {
  const configFile = join(directory, 'kubeconfig');
  const config = {
    clusters: [
      { name: 'c', cluster: { server: sink.url, 'certificate-authority-data': Buffer.from(cert).toString('base64') } },
    ],
    users: [{ name: 'u', user: { token: 'sesame' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(configFile, JSON.stringify(config));
  const metrics = new Registry();
  const webhook = { ...blocking, configFile, initialBackoffMs: 10, ...options };
  const audit = await openAuditLog(
    { policyFile: join(directory, 'policy'), webhook },
    { clock: systemClock, random: seededRandom(1), log: nullLogger, metrics },
  );
  const server = await serverScene({ audit: audit! });
  sink.lists.length = 0;
  const losses = async () => (await metrics.metrics()).match(/^apiserver_audit_error_total\{.*$/gm) ?? [];
  const ask = (path: string) => server.ask('GET', path);
  return { audit: audit!, ask, stop: () => server.stop(), losses };
}

test('a webhook is posted lists of events, as who the kubeconfig says', async () => {
  const sink = new Sink();
  await sink.open();
  const { ask, stop } = await scene(sink);
  await ask('/version');
  assert.deepEqual(sink.uris(), ['/version']);
  const [{ kind, apiVersion }] = sink.lists as [EventList];
  assert.deepEqual([kind, apiVersion], ['EventList', 'audit.k8s.io/v1']);
  assert.deepEqual([...sink.tokens], ['Bearer sesame']);
  stop();
  await sink.close();
});

test('whatever a webhook says or doesn’t, it is tried again', async () => {
  const sink = new Sink();
  await sink.open();
  const { ask, stop, losses } = await scene(sink);
  sink.refusals = 2;
  await ask('/version');
  assert.deepEqual(sink.uris(), ['/version']);
  await sink.close();
  const asked = ask('/healthz');
  await systemClock.sleep(15);
  await sink.open();
  assert.equal((await asked).status, 200);
  assert.deepEqual(sink.uris(), ['/version', '/healthz']);
  assert.deepEqual(await losses(), []);
  stop();
  await sink.close();
});

test('a webhook that stays away keeps nobody from their answers, and what it isn’t told is counted', async () => {
  const sink = new Sink();
  await sink.open();
  const lenient = await scene(sink);
  const strict = await scene(sink, { mode: 'blocking-strict' });
  await sink.close();
  assert.equal((await lenient.ask('/version')).status, 200);
  assert.deepEqual(await lenient.losses(), ['apiserver_audit_error_total{plugin="webhook"} 1']);
  // Only that a request comes must be told, and the policy leaves that out.
  assert.equal((await strict.ask('/version')).status, 200);
  for (const each of [lenient, strict]) each.stop();
});

test('batches wait in the background, and go out when the server ends', async () => {
  const sink = new Sink();
  await sink.open();
  const { ask, audit, stop, losses } = await scene(sink, { mode: 'batch' });
  for (const path of ['/version', '/healthz', '/livez']) await ask(path);
  assert.deepEqual(sink.uris(), []);
  await audit.close();
  assert.deepEqual(sink.uris().slice(-3), ['/version', '/healthz', '/livez']);
  assert.equal(sink.lists.length, 1);
  assert.deepEqual(await losses(), []);
  stop();
  await sink.close();
});

test('who ends doesn’t wait for a webhook that is away', async () => {
  const sink = new Sink();
  await sink.open();
  const { ask, audit, stop, losses } = await scene(sink, { mode: 'batch', initialBackoffMs: 60_000 });
  await sink.close();
  await ask('/version');
  await audit.close();
  assert.match((await losses()).join(), /plugin="webhook"\} \d+$/);
  stop();
});

const refused: readonly (readonly [string, Parameters<typeof openAuditLog>[0], RegExp])[] = [
  [
    'no policy file',
    { policyFile: '/nowhere/p' },
    /^loading audit policy file: failed to read file path "\/nowhere\/p": open \/nowhere\/p: no such file or directory$/,
  ],
  [
    'a mode',
    { webhook: { ...blocking, mode: 'often' as never, configFile: 'x', initialBackoffMs: 0 } },
    /^invalid audit webhook mode often, allowed modes are "batch,blocking,blocking-strict"$/,
  ],
  [
    'several',
    {
      log: {
        ...blocking,
        mode: 'foo' as never,
        path: '-',
        format: 'bar' as never,
        maxAgeDays: -1,
        maxBackups: 0,
        maxMegabytes: 0,
        compress: false,
      },
    },
    /^\[invalid audit log mode foo, allowed modes are "batch,blocking,blocking-strict", invalid audit log format bar, allowed formats are "legacy,json", --audit-log-maxage -1 can't be a negative number\]$/,
  ],
  [
    'no buffer',
    {
      webhook: {
        ...blocking,
        mode: 'batch',
        batch: { ...blocking.batch, bufferSize: 0 },
        configFile: 'x',
        initialBackoffMs: 0,
      },
    },
    /^invalid audit batch webhook buffer size 0, must be a positive number$/,
  ],
  [
    'no events',
    {
      webhook: {
        ...blocking,
        truncate: { ...blocking.truncate, maxEventBytes: 0 },
        configFile: 'x',
        initialBackoffMs: 0,
      },
    },
    /^invalid audit truncate webhook max event size 0, must be a positive number$/,
  ],
  [
    'small batches',
    {
      webhook: {
        ...blocking,
        truncate: { enabled: false, maxBatchBytes: 5, maxEventBytes: 6 },
        configFile: 'x',
        initialBackoffMs: 0,
      },
    },
    /^invalid audit truncate webhook max batch size 5, must be greater than max event size \(6\)$/,
  ],
  [
    'a version',
    { webhook: { ...blocking, version: 'audit.k8s.io/v2', configFile: 'x', initialBackoffMs: 0 } },
    /^invalid group version, allowed versions are \["audit.k8s.io\/v1"\]$/,
  ],
];
for (const [name, options, message] of refused) {
  test(`options that don’t work: ${name}`, () =>
    assert.rejects(
      openAuditLog(options, { clock: systemClock, random: seededRandom(1), log: nullLogger, metrics: new Registry() }),
      { message },
    ));
}

test('a webhook that no file describes keeps the server from starting', async () => {
  const webhook = { ...blocking, configFile: '/nowhere/k', initialBackoffMs: 0 };
  await assert.rejects(
    openAuditLog(
      { policyFile: join(directory, 'policy'), webhook },
      { clock: systemClock, random: seededRandom(1), log: nullLogger, metrics: new Registry() },
    ),
    { message: 'initializing audit webhook: stat /nowhere/k: no such file or directory' },
  );
});
