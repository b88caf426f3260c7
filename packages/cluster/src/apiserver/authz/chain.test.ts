import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, before, beforeEach, test } from 'node:test';
import { type Logger, nullLogger, Registry, seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { aUser, serverScene, type ServerScene } from '../server-scene.ts';
import { AuthorizerChain, type AuthorizerSettings, flaggedWebhook, plain } from './index.ts';

interface Asked {
  readonly apiVersion: string;
  readonly spec: {
    readonly user: string;
    readonly resourceAttributes?: { readonly verb: string; readonly name?: string };
  };
}

let directory: string;
let hook: Server;
let kubeconfig: string;
const asked: Asked[] = [];
/** What the webhook says to a review. */
let reply: (review: Asked) => object;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chain-'));
  hook = createServer((request, response) => {
    void json(request).then((body) => {
      const review = body as Asked;
      asked.push(review);
      response.end(JSON.stringify({ ...review, status: reply(review) }));
    });
  }).listen(0, '127.0.0.1');
  await once(hook, 'listening');
  kubeconfig = join(directory, 'kubeconfig');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${(hook.address() as AddressInfo).port}` } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: '' } }],
      'current-context': 'x',
    }),
  );
});
after(async () => {
  hook.closeAllConnections();
  hook.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  asked.length = 0;
  reply = () => ({ allowed: true });
});

const world = (log: Logger = nullLogger) => ({
  clock: systemClock,
  random: seededRandom(1),
  log,
  metrics: new Registry(),
});
const webhook = (): AuthorizerSettings =>
  flaggedWebhook({ kubeconfig, version: 'v1', authorizedTtlMs: 0, unauthorizedTtlMs: 0 });

async function asking(
  authorizers: AuthorizerSettings[],
  use: (ask: ServerScene['ask']) => Promise<void>,
): Promise<void> {
  const scene = await serverScene({ authorizers: await AuthorizerChain.load({ authorizers, serverId: 'x' }, world()) });
  try {
    await use((...question) => scene.ask(...question));
  } finally {
    scene.stop();
  }
}

const ada = aUser('ada');
const maps = '/api/v1/namespaces/default/configmaps';

test('a webhook is asked after roles, and its answers end requests', async () => {
  await asking([plain('RBAC'), webhook()], async (ask) => {
    assert.equal((await ask('GET', '/version', undefined, { user: ada })).status, 200);
    assert.equal(asked.length, 0);
    assert.equal((await ask('GET', maps, undefined, { user: ada })).status, 200);
    reply = () => ({ allowed: false, denied: true, reason: 'not today' });
    const refused = await ask('GET', maps, undefined, { user: ada });
    assert.match(refused.message, /in the namespace "default": not today$/);
    reply = () => ({ allowed: true, denied: true });
    const unjudged = await ask('GET', maps, undefined, { user: ada });
    assert.deepEqual(
      [unjudged.status, unjudged.text],
      [500, `Internal Server Error: "${maps}": webhook subject access review returned both allow and deny response\n`],
    );
    assert.equal((await ask('GET', maps)).status, 200, 'masters are asked nobody about');
    assert.equal(asked.length, 3);
  });
});

test('a write that turns out to create something is asked about once more', async () => {
  await asking([webhook()], async (ask) => {
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l', namespace: 'default' },
    };
    const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases/l';
    reply = ({ spec }) => ({ allowed: spec.resourceAttributes?.verb !== 'create' });
    const put = await ask('PUT', path, lease, { user: ada });
    assert.match(put.message, /cannot create resource "leases"/);
    const applied = await ask('PATCH', `${path}?fieldManager=m`, lease, {
      user: ada,
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
    assert.match(applied.message, /cannot create resource "leases"/);
    reply = () => ({ allowed: true });
    assert.equal((await ask('PUT', path, lease, { user: ada })).status, 201);
    assert.deepEqual(
      asked.map((a) => a.spec.resourceAttributes?.verb),
      ['update', 'create', 'patch', 'create', 'update', 'create'],
    );
  });
});

test('who may act as another, escalate and bind is asked of it too', async () => {
  await asking([webhook()], async (ask) => {
    reply = ({ spec }) => ({ allowed: spec.user === 'bob' || spec.resourceAttributes?.verb === 'impersonate' });
    const as = (user: string) => ask('GET', maps, undefined, { user: ada, headers: { 'impersonate-user': user } });
    assert.equal((await as('bob')).status, 200);
    assert.equal((await as('eve')).status, 403);
    const role = { metadata: { name: 'r' }, rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] };
    const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
    const bob = { user: aUser('bob') };
    assert.equal((await ask('POST', roles, role, bob)).status, 201);
    reply = ({ spec }) => ({ allowed: spec.resourceAttributes?.verb !== 'escalate' });
    assert.match((await ask('POST', roles, { ...role, metadata: { name: 's' } }, bob)).message, /not currently held/);
  });
});

test('policies may ask it in their expressions', async () => {
  await asking([webhook()], async (ask) => {
    const group = '/apis/admissionregistration.k8s.io/v1';
    const expression = "authorizer.group('').resource('secrets').name(object.metadata.name).check('get').allowed()";
    await ask('POST', `${group}/validatingadmissionpolicies`, {
      metadata: { name: 'p' },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        },
        matchConditions: [{ name: 'c', expression: "authorizer.path('/matching').check('get').allowed()" }],
        validations: [{ expression, message: 'no secret' }],
      },
    });
    const binding = { metadata: { name: 'b' }, spec: { policyName: 'p', validationActions: ['Deny'] } };
    await ask('POST', `${group}/validatingadmissionpolicybindings`, binding);
    const made = async (name: string) =>
      (await ask('POST', maps, { metadata: { name } }, { user: ada })).message || 'made';
    reply = ({ spec }) => ({
      allowed: spec.resourceAttributes?.name !== 'bad' || spec.resourceAttributes.verb === 'create',
    });
    assert.equal(await made('good'), 'made');
    assert.match(await made('bad'), /denied request: no secret$/);
    reply = ({ spec }) => ({
      allowed: spec.resourceAttributes !== undefined && spec.resourceAttributes.name !== 'bad',
    });
    assert.equal(await made('worse'), 'made');
  });
});

test('reviews tell what it says, and that it cannot say all', async () => {
  await asking([plain('RBAC'), webhook(), plain('AlwaysAllow')], async (ask) => {
    const group = '/apis/authorization.k8s.io/v1';
    reply = () => ({ allowed: false, denied: true, reason: 'r' });
    const spec = { user: 'ada', resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'n' } };
    const { body } = await ask('POST', `${group}/subjectaccessreviews`, { spec });
    assert.deepEqual(body['status'], { allowed: false, denied: true, reason: 'r' });
    assert.deepEqual(asked[0]?.spec, {
      resourceAttributes: { namespace: 'n', verb: 'get', version: '*', resource: 'pods' },
      user: 'ada',
    });
    reply = () => ({ allowed: true });
    const { body: rules } = await ask(
      'POST',
      `${group}/selfsubjectrulesreviews`,
      { spec: { namespace: 'n' } },
      { user: ada },
    );
    const { incomplete, evaluationError, resourceRules } = rules['status'] as Record<string, unknown>;
    assert.deepEqual([incomplete, evaluationError], [true, 'webhook authorizer does not support user rule resolution']);
    assert.deepEqual((resourceRules as unknown[]).at(-1), { verbs: ['*'], apiGroups: ['*'], resources: ['*'] });
  });
});

test('a file says who is asked, and may say others later', async () => {
  const file = join(directory, 'authorization.yaml');
  const write = async (...types: string[]) => {
    const authorizers = types.map((type) => ({ type, name: type.toLowerCase() }));
    const text = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthorizationConfiguration', authorizers };
    await writeFile(`${file}.new`, JSON.stringify(text));
    await rename(`${file}.new`, file);
  };
  await write('AlwaysDeny');
  const told: string[] = [];
  let wake = (): void => {};
  const tell = (message: string, fields?: object) => {
    told.push([message, ...Object.values(fields ?? {}).map(String)].join(': '));
    wake();
  };
  const log: Logger = { ...nullLogger, error: tell, info: tell };
  const deps = world(log);
  const chain = await AuthorizerChain.load({ authorizers: { file }, serverId: 'apiserver-x' }, deps);
  const own = { authorize: () => ({ decision: 'allow' as const, reason: 'roles' }), rulesOf: () => assert.fail() };
  const { authorize } = chain.judges({ Node: own, RBAC: own });
  const now = async () => {
    const action = { user: ada, verb: 'get', isResource: true, group: '', resource: 'pods', subresource: '' };
    return (await authorize({ ...action, namespace: '', name: '', path: '' })).decision;
  };
  const stop = new AbortController();
  const running = chain.run(stop.signal);
  const until = async (text: string) => {
    while (!told.includes(text)) await new Promise<void>((resolve) => (wake = resolve));
  };
  assert.equal(await now(), 'no opinion');
  await write('AlwaysAllow', 'AlwaysDeny');
  await until('reloaded authz config');
  assert.equal(await now(), 'allow');
  const failed = (why: string) => `reloading authorization config: ${why}`;
  await write('AlwaysAllow');
  await until(failed('missing required types: [AlwaysDeny]'));
  await write('AlwaysDeny', 'RBAC');
  await until(failed('authorizer type RBAC is not allowed if it was not enabled at initial server startup'));
  await writeFile(file, 'x: [');
  await until(
    failed('failed to load AuthorizationConfiguration from file: yaml: line 1: did not find expected node content'),
  );
  assert.equal(await now(), 'allow');
  stop.abort();
  await running;
  const lines = (await deps.metrics.metrics()).split('\n').filter((l) => /config_controller_.*\{/.test(l));
  const id = /apiserver_id_hash="(sha256:[0-9a-f]{64})"/.exec(lines.join())?.[1];
  const counts = lines.filter((l) => l.includes('_reloads_total'));
  const total = (status: string, n: number) =>
    `apiserver_authorization_config_controller_automatic_reloads_total{status="${status}",apiserver_id_hash="${id}"} ${n}`;
  assert.deepEqual(counts, [total('success', 1), total('failure', 3)]);
  assert.equal(lines.filter((l) => /last_config_info\{.*hash="sha256:[0-9a-f]{64}"\} 1$/.test(l)).length, 1);
});

test('what cannot be loaded is told at the start', async () => {
  const load = (options: Parameters<typeof AuthorizerChain.load>[0]) => AuthorizerChain.load(options, world());
  const serverId = 'x';
  const nowhere = flaggedWebhook({ kubeconfig: '/nope', version: 'v1', authorizedTtlMs: 0, unauthorizedTtlMs: 0 });
  for (const [options, message] of [
    [{ authorizers: { file: '/nope' }, serverId }, 'open /nope: no such file or directory'],
    [{ authorizers: [nowhere], serverId }, 'invalid authorization config: stat /nope: no such file or directory'],
    [
      { authorizers: [plain('ABAC')], policyFile: '/nope', serverId },
      'invalid authorization config: open /nope: no such file or directory',
    ],
  ] as const) {
    await assert.rejects(load(options), { message });
  }
});
