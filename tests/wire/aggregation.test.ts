import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { apiService, configMap, namespace, service } from '@tiphys/sdk/api';
import { type Credentials, parseKubeconfig } from '@tiphys/sdk/client';
import { systemClock } from '@tiphys/sdk/runtime';
import { type Cluster, startCluster } from 'tiphys';
import { ExtensionServer, group } from './extension-server.ts';
import { kubectls } from './kubectls.ts';

const extension = new ExtensionServer();

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const home = mkdtempSync(join(tmpdir(), 'tiphys-aggregation-'));
let cluster: Cluster;
let credentials: Credentials;

/** Asks until the answer is as wanted; the last that came is told when it never is. */
async function until<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  let answer = await ask();
  for (let i = 0; i < 400 && !isRight(answer); i++) {
    await sleep(50);
    answer = await ask();
  }
  assert.ok(isRight(answer), JSON.stringify(answer));
  return answer;
}

const available = async () => {
  const api = await cluster.client.get(apiService, { metadata: { name: `v1.${group}` } });
  const condition = api.status.conditions?.find((c) => c.type === 'Available');
  return `${condition?.status} ${condition?.reason}`;
};

before(async () => {
  await extension.start();
  cluster = await startCluster({ nodes: 0 });
  credentials = await parseKubeconfig(cluster.kubeconfig, { directory: home, clock: systemClock });
  writeFileSync(join(home, 'kubeconfig'), cluster.kubeconfig);
  const { client } = cluster;
  await client.create(service, {
    metadata: { name: 'ext', namespace: 'default' },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  });
  await client.create(apiService, {
    metadata: { name: `v1.${group}` },
    spec: {
      group,
      version: 'v1',
      groupPriorityMinimum: 1000,
      versionPriority: 15,
      caBundle: extension.caBundle,
      service: { namespace: 'default', name: 'ext', port: extension.port },
    },
  });
  await until(available, (told) => told === 'True Passed');
});

after(async () => {
  await cluster[Symbol.asyncDispose]();
  await extension.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Has it looked at whether anybody answers, now rather than within half a minute. */
const nudge = () =>
  cluster.client.patch(
    service,
    { metadata: { name: 'ext', namespace: 'default' } },
    { type: 'merge', patch: { metadata: { labels: { at: String(systemClock.now()) } } } },
  );

interface Plain {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

const tls = () => {
  const { ca, cert, key, server } = credentials;
  const { hostname, port } = new URL(server);
  return { ca, cert, key, host: hostname, port: Number(port) };
};

/** Over HTTP/1.1. */
async function ask(path: string, headers: Record<string, string> = {}, method = 'GET', sent?: Buffer): Promise<Plain> {
  const asked = request({ ...tls(), path, method, headers, agent: false });
  asked.end(sent);
  const [response] = await once(asked, 'response');
  return { status: response.statusCode, body: await text(response), headers: response.headers };
}

const things = `/apis/${group}/v1/namespaces/default/things`;
const aggregated = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' };
const discovered = async () => {
  const { items } = JSON.parse((await ask('/apis', aggregated)).body) as {
    items: { metadata: { name: string }; versions: { freshness: string; resources?: { resource: string }[] }[] }[];
  };
  return items.find((g) => g.metadata.name === group)?.versions[0];
};

test('who asks is known by headers that nobody else can set', async () => {
  const { status, body } = await ask(things, {
    'x-remote-user': 'evil',
    'x-remote-group': 'system:masters',
    'impersonate-user': 'jane',
    'impersonate-group': 'g',
    'impersonate-extra-scopes': 's',
  });
  assert.deepEqual([status, JSON.parse(body).kind], [403, 'Status']);
  await ask(things, { 'x-remote-user': 'evil', 'x-remote-extra-a': 'b', authorization: 'Bearer nonsense' });
  const { headers, shownBy } = extension.last('/things')!;
  assert.equal(shownBy, 'front-proxy-client');
  assert.equal(headers['x-remote-user'], 'kubernetes-admin');
  assert.match(String(headers['x-remote-group']), /^system:masters, system:authenticated$/);
  assert.deepEqual([headers.authorization, headers['x-remote-extra-a']], [undefined, undefined]);
  assert.equal(headers['x-forwarded-for'], '127.0.0.1');
  assert.match(String(headers['audit-id']), /^[0-9a-f-]{36}$/);
});

test('whom to believe is published', async () => {
  const { data } = await cluster.client.get(configMap, {
    metadata: { namespace: 'kube-system', name: 'extension-apiserver-authentication' },
  });
  assert.match(data!['requestheader-client-ca-file']!, /^-----BEGIN CERTIFICATE-----/);
  assert.equal(data!['client-ca-file'], String(credentials.ca));
  assert.equal(data!['requestheader-allowed-names'], '["front-proxy-client"]');
});

test('discovery and OpenAPI tell of what others serve', async () => {
  const version = await until(discovered, (v) => v?.freshness === 'Current');
  assert.deepEqual(
    version?.resources?.map((r) => r.resource),
    ['things'],
  );
  const groups = JSON.parse((await ask('/apis')).body).groups as { name: string }[];
  assert.ok(groups.some((g) => g.name === group));
  assert.equal(JSON.parse((await ask(`/apis/${group}`)).body).preferredVersion.version, 'v1');
  const root = JSON.parse((await ask('/')).body).paths as string[];
  assert.ok(root.includes(`/apis/${group}/v1`));

  const path = `apis/${group}/v1`;
  const listed = async () => JSON.parse((await ask('/openapi/v3')).body).paths[path]?.serverRelativeURL as string;
  const url = await until(listed, (found) => found !== undefined);
  assert.equal(JSON.parse((await ask(url)).body).info.title, 'theirs');
  const swagger = async () => JSON.parse((await ask('/openapi/v2')).body) as { paths: object; definitions: object };
  const { paths, definitions } = await until(swagger, (doc) => `/apis/${group}/v1/things` in doc.paths);
  assert.ok('com.example.things.Thing' in definitions && '/api/v1/pods' in paths);
});

for (const { version, path } of kubectls()) {
  test(`kubectl ${version} finds, lists and reads them`, async () => {
    extension.things.set('default', new Set(['one', 'two']));
    const env = { ...process.env, HOME: home };
    const kubectl = async (...args: string[]) =>
      (await promisify(execFile)(path, ['--kubeconfig', join(home, 'kubeconfig'), ...args], { env })).stdout;
    assert.match(await kubectl('api-resources'), /^things +th +things\.example\.com\/v1 +true +Thing$/m);
    assert.match(await kubectl('get', 'th'), /^one +<unknown>\ntwo +<unknown>$/m);
    assert.match(await kubectl('get', 'apiservice', `v1.${group}`), /default\/ext +True/);
  });
}

test('a watch comes event by event, over either HTTP, and ends where its client does', async () => {
  let write: (line: string) => void = () => {};
  let gone: Promise<unknown> = Promise.resolve();
  extension.at.set('/watched', (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    write = (line) => void response.write(line);
    gone = once(response, 'close');
  });
  const path = `${things}/watched?watch=true`;

  const asked = request({ ...tls(), path, agent: false }).end();
  const [response] = await once(asked, 'response');
  for (const line of ['1\n', '2\n']) {
    write(line);
    assert.equal(String((await once(response, 'data'))[0]), line);
  }
  asked.destroy();
  await gone;

  const session = connect(credentials.server, tls());
  const stream = session.request({ ':path': path });
  await once(stream, 'response');
  for (const line of ['3\n', '4\n']) {
    write(line);
    assert.equal(String((await once(stream, 'data'))[0]), line);
  }
  stream.close();
  await gone;
  session.destroy();
});

test('of a body is said what the client said, and nothing where there is none', async () => {
  extension.at.set('/told', async (incoming, response) => {
    const { 'content-length': length = '-', 'transfer-encoding': encoding = '-' } = incoming.headers;
    response.end(`${length} ${encoding} ${await text(incoming)}`);
  });
  const session = connect(credentials.server, tls());
  const told = async (headers: object, body?: string): Promise<string> => {
    const head = { ':path': `${things}/told`, ':method': 'DELETE', ...headers };
    const stream = session.request(head, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    return text(stream);
  };
  assert.equal(await told({}), '- - ');
  assert.equal(await told({}, 'abc'), '- chunked abc');
  assert.equal(await told({ 'content-length': '3' }, 'abc'), '3 - abc');
  session.destroy();
  const asked = async (headers: OutgoingHttpHeaders, body?: string): Promise<string> => {
    const sent = request({ ...tls(), path: `${things}/told`, method: 'DELETE', headers, agent: false }).end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return text(response);
  };
  assert.equal(await asked({}), '- - ');
  assert.equal(await asked({ 'transfer-encoding': 'chunked' }, 'abc'), '- chunked abc');
  assert.equal(await asked({ 'content-length': '3' }, 'abc'), '3 - abc');
});

test('bodies go on at the pace of who reads them', async () => {
  const sent = randomBytes(24 * 1024 * 1024);
  let most = 0;
  extension.at.set('/slowly', async (incoming, response) => {
    const digest = createHash('sha256');
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      digest.update(chunk);
      if (digest.copy().digest()[0]! >= 8) continue;
      await sleep(1);
      // What nobody holds any more isn't counted.
      collect();
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
    response.end(digest.digest('hex'));
  });
  const wanted = createHash('sha256').update(sent).digest('hex');
  const before = process.memoryUsage().arrayBuffers;
  assert.equal((await ask(`${things}/slowly`, {}, 'POST', sent)).body, wanted);
  const session = connect(credentials.server, tls());
  const stream = session.request({ ':path': `${things}/slowly`, ':method': 'POST' });
  stream.end(sent);
  assert.equal(await text(stream), wanted);
  session.destroy();
  assert.ok(most - before < 3 * sent.length, `${most - before} bytes were held`);
});

test('another protocol may be spoken', async () => {
  for (const protocol of ['websocket', 'SPDY/3.1']) {
    const headers = { connection: 'Upgrade', upgrade: protocol, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
    const asked = request({ ...tls(), path: `${things}/one/exec`, headers, agent: false }).end();
    const [response, socket] = (await once(asked, 'upgrade')) as [{ statusCode: number }, Duplex];
    assert.equal(response.statusCode, 101);
    socket.write('hello');
    assert.equal(String((await once(socket, 'data'))[0]), 'hello');
    socket.destroy();
    assert.equal(extension.last('/exec')!.headers['x-remote-user'], 'kubernetes-admin');
  }
});

test('nobody is sent elsewhere', async () => {
  extension.at.set('/moved', (_, response) => void response.writeHead(302, { location: 'https://example.com/' }).end());
  const { status, headers, body } = await ask(`${things}/moved`);
  assert.deepEqual([status, headers['location']], [502, undefined]);
  assert.equal(body, 'the backend attempted to redirect this request, which is not permitted');
});

test('what is served here is nobody else’s, whatever an APIService says', async () => {
  const { client } = cluster;
  const own = await client.get(apiService, { metadata: { name: 'v1.apps' } });
  const target = { namespace: 'default', name: 'ext', port: extension.port };
  const taken = { ...own, spec: { ...own.spec, insecureSkipTLSVerify: true, service: target } };
  await client.update(apiService, taken);
  extension.asked.length = 0;
  assert.equal(JSON.parse((await ask('/apis/apps/v1/deployments')).body).kind, 'DeploymentList');
  assert.ok(!extension.asked.some(({ path }) => path.startsWith('/apis/apps/v1/')));
});

test('a namespace waits for what others have of it, and while nobody knows', async () => {
  const { client } = cluster;
  const made = async (name: string) => {
    await client.create(namespace, { metadata: { name } });
    extension.things.set(name, new Set(['one']));
    await client.delete(namespace, { metadata: { name } });
  };
  const left = async (name: string) => {
    const found = (await client.list(namespace)).items.find((n) => n.metadata.name === name);
    return found && (found.status.conditions ?? []);
  };
  await made('first');
  await until(
    () => left('first'),
    (conditions) => conditions === undefined,
  );
  assert.ok(!extension.things.has('first'));

  await extension.stop();
  await nudge();
  await until(
    async () => (await discovered())?.freshness,
    (freshness) => freshness === 'Stale',
  );
  await made('second');
  const conditions = await until(
    () => left('second'),
    (c) => c?.some(({ reason }) => reason === 'DiscoveryFailed') ?? false,
  );
  assert.equal(
    conditions?.find((c) => c.reason === 'DiscoveryFailed')?.message,
    `Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: ${group}/v1: stale GroupVersion discovery: ${group}/v1`,
  );
  await extension.start();
  await until(
    () => left('second'),
    (c) => c === undefined,
  );
  assert.ok(!extension.things.has('second'));
});

test('who doesn’t answer is told of, and isn’t asked', async () => {
  await extension.stop();
  const { status, body } = await ask(things);
  assert.equal(status, 503);
  assert.match(body, /^(error trying to reach service: dial tcp .*connection refused|service unavailable)\n$/);
  const { client } = cluster;
  await nudge();
  await until(available, (told) => told === 'False FailedDiscoveryCheck');
  assert.deepEqual(await ask(things).then((a) => [a.status, a.body]), [503, 'service unavailable\n']);
  const metrics = (await ask('/metrics')).body;
  assert.match(metrics, new RegExp(`^aggregator_unavailable_apiservice\\{name="v1.${group}"\\} 1$`, 'm'));
  assert.match(metrics, /^aggregator_unavailable_apiservice_total\{.*reason="FailedDiscoveryCheck"\} [1-9]/m);
  await client.delete(service, { metadata: { name: 'ext', namespace: 'default' } });
  await until(available, (told) => told === 'False ServiceNotFound');
});
