import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Clock, type Logger, nullLogger, Registry, seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { RpcError, RpcServer } from '../../grpc/index.ts';
import { MemoryBackend, type StoreBackend, type StoreBatch } from '../../store/index.ts';
import { resourceOfKey } from '../registry/resource-of-key.ts';
import { serverScene } from '../server-scene.ts';
import { Encryption } from './index.ts';
import { keyManagementService } from './kms/messages.ts';

let directory: string;
before(async () => (directory = await mkdtemp(join(tmpdir(), 'encryption-'))));
after(() => rm(directory, { recursive: true }));

const secret = (n: number) => Buffer.alloc(32, n).toString('base64');
const aes = (...keys: number[]) => ({ aescbc: { keys: keys.map((n) => ({ name: `key${n}`, secret: secret(n) })) } });
const gcm = { aesgcm: { keys: [{ name: 'g', secret: secret(9) }] } };
const box = { secretbox: { keys: [{ name: 's', secret: secret(8) }] } };
const plainly = { identity: {} };
const kms = (name: string, socket: string) => ({
  kms: { apiVersion: 'v2', name, endpoint: `unix://${socket}`, timeout: '1s' },
});

let files = 0;
interface Scene {
  readonly resources?: string[];
  readonly reload?: boolean;
  readonly clock?: Clock;
  readonly log?: Logger;
}

async function encryption(providers: object[], options: Scene = {}) {
  const { resources = ['secrets'], reload = false, clock = systemClock, log = nullLogger } = options;
  const file = join(directory, `config-${files++}.json`);
  const write = async (next: object[], of: string[] = resources) => {
    const config = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'EncryptionConfiguration' };
    await writeFile(`${file}.new`, JSON.stringify({ ...config, resources: [{ resources: of, providers: next }] }));
    await rename(`${file}.new`, file);
  };
  await write(providers);
  const metrics = new Registry();
  const deps = { clock, random: seededRandom(1), log, metrics };
  const made = await Encryption.load({ file, reload, serverId: 'x', placeOf: resourceOfKey }, deps);
  const counts = async (name: string) =>
    (await metrics.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`));
  return { encryption: made, write, counts };
}

const key = '/registry/secrets/ns/s';
const put = async (store: StoreBackend, text: string, at = key) =>
  store.txn({ success: [{ op: 'put', key: at, value: Buffer.from(text) }] });
const text = async (store: StoreBackend, at = key) => Buffer.from((await store.get(at)).item?.value ?? []).toString();

for (const [name, provider, begins] of [
  ['aescbc', aes(1), 'k8s:enc:aescbc:v1:key1:'],
  ['aesgcm', gcm, 'k8s:enc:aesgcm:v1:g:'],
  ['secretbox', box, 'k8s:enc:secretbox:v1:s:'],
  ['identity', plainly, 'plain'],
] as const) {
  test(`${name}: what is stored begins as it should, and is read and watched as it was`, async () => {
    const behind = new MemoryBackend(new SimClock());
    const store = (await encryption([provider])).encryption.store(behind);
    const stop = new AbortController();
    const told: StoreBatch[] = [];
    const watching = (async () => {
      for await (const batch of store.watch('/registry/', { fromRevision: 1, signal: stop.signal })) told.push(batch);
    })();
    await put(store, 'plain');
    await put(store, 'other', '/registry/configmaps/ns/c');
    assert.ok((await text(behind)).startsWith(begins), await text(behind));
    assert.equal(await text(behind, '/registry/configmaps/ns/c'), 'other');
    assert.equal(await text(store), 'plain');
    assert.deepEqual(
      (await store.list('/registry/secrets/')).items.map(({ value }) => Buffer.from(value).toString()),
      ['plain'],
    );
    const removed = await store.txn({ success: [{ op: 'delete', key }] });
    assert.equal(Buffer.from(removed.items[0]!.value).toString(), 'plain');
    while (!told.some((b) => b.events.some((e) => e.type === 'delete'))) await systemClock.yield();
    stop.abort();
    await watching;
    const events = told.flatMap((b) => b.events).filter((e) => e.key === key);
    assert.deepEqual(
      events.map(({ type, item, prev }) => [type, ...[item, prev].map((i) => i && Buffer.from(i.value).toString())]),
      [
        ['put', 'plain', undefined],
        ['delete', undefined, 'plain'],
      ],
    );
  });
}

test('the first writes, all read; what another wrote is worth a write', async () => {
  const behind = new MemoryBackend(new SimClock());
  const storeOf = async (...providers: object[]) => (await encryption(providers)).encryption.store(behind);
  const read = async (store: StoreBackend) => [await text(store), await store.isStale!(key)];
  await put(await storeOf(plainly), 'v');
  assert.deepEqual(await read(await storeOf(aes(1), plainly)), ['v', true]);
  await put(await storeOf(aes(1), plainly), 'v');
  assert.deepEqual(await read(await storeOf(aes(1), plainly)), ['v', false]);
  assert.deepEqual(await read(await storeOf(aes(2, 1))), ['v', true]);
  assert.deepEqual(await read(await storeOf(aes(2), aes(1))), ['v', true]);
  assert.deepEqual(await read(await storeOf(plainly, aes(1))), ['v', true]);
  const unread = (why: string) => ({ message: `unable to transform key "${key}": ${why}` });
  await assert.rejects(
    text(await storeOf(aes(2))),
    unread('no matching key was found for the provided AES transformer'),
  );
  await assert.rejects(text(await storeOf(gcm)), unread('no matching prefix found'));
  await assert.rejects(text(await storeOf(plainly)), unread('no matching prefix found'));
  const elsewhere = (await encryption([gcm], { resources: ['configmaps'] })).encryption.store(behind);
  await assert.rejects(text(elsewhere), unread('identity transformer tried to read encrypted data'));
});

test('wildcards are for a group, the core group, and everything', async () => {
  const behind = new MemoryBackend(new SimClock());
  const keys = ['/registry/secrets/ns/s', '/registry/deployments/ns/d', '/registry/leases/ns/l'];
  for (const [resources, want] of [
    [['*.'], [true, false, false]],
    [['*.apps'], [false, true, false]],
    [
      ['deployments.apps', 'secrets'],
      [true, true, false],
    ],
    [['*.*'], [true, true, true]],
  ] as const) {
    const store = (await encryption([aes(1)], { resources: [...resources] })).encryption.store(behind);
    for (const k of keys) await put(store, 'v', k);
    const stored = await Promise.all(keys.map((k) => text(behind, k)));
    assert.deepEqual(
      stored.map((t) => t.startsWith('k8s:enc:')),
      want,
      String(resources),
    );
  }
});

test('a change that cannot be read is left out, and told', async () => {
  const behind = new MemoryBackend(new SimClock());
  const errors: string[] = [];
  const log: Logger = { ...nullLogger, error: (_m, fields) => void errors.push(String(fields?.['error'])) };
  const store = (await encryption([aes(1)], { log })).encryption.store(behind);
  const stranger = (await encryption([gcm])).encryption.store(behind);
  await put(stranger, 'v');
  await put(store, 'w', '/registry/secrets/ns/t');
  const keys: string[] = [];
  for await (const { events } of store.watch('/registry/', { fromRevision: 1, signal: new AbortController().signal })) {
    keys.push(...events.map((e) => e.key));
    if (keys.includes('/registry/secrets/ns/t')) break;
  }
  assert.deepEqual(keys, ['/registry/secrets/ns/t']);
  assert.deepEqual(errors, [`unable to transform key "${key}": no matching prefix found`]);
});

test('an update that changes nothing writes what was stored otherwise', async () => {
  const behind = new MemoryBackend(new SimClock());
  const first = (await encryption([aes(1)])).encryption.store(behind);
  const clock = new SimClock();
  const beside = (store: StoreBackend) => ({ clock, server: { deps: { store } } });
  const scene = await serverScene({}, undefined, beside(first));
  const path = '/api/v1/namespaces/default/secrets';
  const { body } = await scene.ask('POST', path, { metadata: { name: 's' }, data: { a: 'Yg==' } });
  const versionIn = (answer: Record<string, unknown>) =>
    (answer['metadata'] as { resourceVersion: string }).resourceVersion;
  const same = async (s: typeof scene) => {
    const { metadata, ...rest } = body as { metadata: object };
    const answer = await s.ask('PUT', `${path}/s`, { ...rest, metadata: { ...metadata, resourceVersion: undefined } });
    assert.equal(answer.message, '');
    return versionIn(answer.body);
  };
  assert.equal(await same(scene), versionIn(body));
  scene.stop();
  const second = (await encryption([aes(2, 1)])).encryption.store(behind);
  const again = await serverScene({}, undefined, beside(second));
  const next = await same(again);
  assert.notEqual(next, versionIn(body));
  assert.ok((await text(behind, '/registry/secrets/default/s')).startsWith('k8s:enc:aescbc:v1:key2:'));
  assert.equal(await same(again), next);
  again.stop();
});

/** A key service that turns bits over, and says which key it has. */
async function keyService(name: string) {
  const socket = join(directory, `${name}.sock`);
  const state = { keyId: 'k1', healthz: 'ok', version: 'v2', isDown: false, opened: 0, annotations: {} as object };
  const turned = (b: Uint8Array) => Buffer.from(b.map((c) => c ^ 0x5a));
  const up = () => {
    if (state.isDown) throw new RpcError('Unavailable', 'gone fishing');
  };
  const server = new RpcServer();
  server.add(keyManagementService, {
    status: async () => (up(), { version: state.version, healthz: state.healthz, keyId: state.keyId }),
    encrypt: async ({ plaintext }) => (
      up(),
      { ciphertext: turned(plaintext), keyId: state.keyId, annotations: { 'a.example.com': Buffer.from('x') } }
    ),
    decrypt: async ({ ciphertext, annotations }) => {
      up();
      state.opened++;
      state.annotations = Object.fromEntries(Object.entries(annotations).map(([k, v]) => [k, v.toString()]));
      return { plaintext: turned(ciphertext) };
    },
  });
  await server.listen(`unix:${socket}`);
  return { socket, state, stop: () => server.close() };
}

test('a key service opens the seeds of values, each once', async () => {
  const { socket, state, stop } = await keyService('opens');
  const behind = new MemoryBackend(new SimClock());
  const writing = await encryption([kms('vault', socket)]);
  assert.equal(writing.encryption.hasHealth, true);
  const store = writing.encryption.store(behind);
  await put(store, 'v');
  await put(store, 'w', '/registry/secrets/ns/t');
  assert.ok((await text(behind)).startsWith('k8s:enc:kms:v2:vault:'));
  assert.equal(await text(store), 'v');
  assert.equal(state.opened, 0);
  const reading = await encryption([kms('vault', socket)]);
  const other = reading.encryption.store(behind);
  assert.deepEqual([await text(other), await text(other, '/registry/secrets/ns/t')], ['v', 'w']);
  assert.deepEqual([state.opened, state.annotations], [1, { 'a.example.com': 'x' }]);
  assert.equal(await other.isStale!(key), false);
  assert.equal((await reading.counts('apiserver_envelope_encryption_dek_source_cache_size'))[0]?.split(' ')[1], '1');
  const uses = (await writing.counts('apiserver_envelope_encryption_key_id_hash_total')).map((l) => l.split(' ')[1]);
  assert.deepEqual(uses, ['2', '1']);
  stop();
});

test('another key of the service is used for writing at once, and while it is away the last is good for three minutes', async () => {
  const { socket, state, stop } = await keyService('rotates');
  const clock = new SimClock();
  // Calls take real time, which this clock doesn't know.
  const both: Clock = { ...clockOf(clock), after: (ms, fn) => systemClock.after(ms, fn) };
  const { encryption: own } = await encryption([kms('vault', socket)], { clock: both });
  const store = own.store(new MemoryBackend(clock));
  await put(store, 'v');
  state.keyId = 'k2';
  await clock.advance(20_001);
  assert.equal(await own.problem(), undefined);
  assert.equal(await store.isStale!(key), true);
  await put(store, 'v');
  assert.equal(await store.isStale!(key), false);
  state.isDown = true;
  await clock.advance(20_001);
  assert.equal(
    await own.problem(),
    'kms-provider-0: failed to perform status section of the healthz check for KMS Provider vault, error: rpc error: code = Unavailable desc = gone fishing',
  );
  await put(store, 'w');
  await clock.advance(170_000);
  await assert.rejects(
    put(store, 'x'),
    /^Error: encryptedDEKSource with keyID hash "sha256:[0-9a-f]{64}" expired at .* \(current time is .*\)$/,
  );
  assert.equal(await text(store), 'w');
  state.isDown = false;
  await clock.advance(3001);
  assert.equal(await own.problem(), undefined);
  await put(store, 'x');
  for (const [changes, why] of [
    [{ healthz: 'sick' }, 'got unexpected healthz status: sick'],
    [
      { healthz: 'ok', version: 'v2beta1' },
      'KMSv2 API version should not change after the initial status response version v2, got v2beta1',
    ],
    [{ version: 'v9' }, 'expected KMSv2 API version v2, got v9'],
    [{ version: 'v2', keyId: '' }, 'got invalid KMSv2 KeyID hash "": keyID is empty'],
  ] as const) {
    Object.assign(state, changes);
    await clock.advance(20_001);
    assert.equal(await own.problem(), `kms-provider-0: kmsv2 Provider vault is not healthy, error: ${why}`);
  }
  stop();
});

const clockOf = (c: SimClock): Clock => ({
  now: () => c.now(),
  monotonic: () => c.monotonic(),
  sleep: (ms, signal) => c.sleep(ms, signal),
  timeout: (ms) => c.timeout(ms),
  after: (ms, fn) => c.after(ms, fn),
  yield: () => c.yield(),
});

test('a key service that is away at the start is waited for by whoever writes', async () => {
  const socket = join(directory, 'late.sock');
  const { encryption: own } = await encryption([kms('late', socket)]);
  const store = own.store(new MemoryBackend(new SimClock()));
  await assert.rejects(put(store, 'v'), { message: 'got unexpected nil transformer' });
  assert.match(
    (await own.problem())!,
    /^kms-provider-0: failed to perform status section of the healthz check for KMS Provider late, error: rpc error: code = /,
  );
});

test('a file that is followed counts once its key services are well', async () => {
  const told: string[] = [];
  let wake = (): void => {};
  const tell = (message: string, fields?: object) => {
    told.push([message, ...Object.values(fields ?? {}).map(String)].join(': '));
    wake();
  };
  const log: Logger = { ...nullLogger, error: tell, info: tell };
  const { encryption: own, write, counts } = await encryption([aes(1)], { reload: true, log });
  assert.equal(own.hasHealth, true);
  const behind = new MemoryBackend(new SimClock());
  const store = own.store(behind);
  const stop = new AbortController();
  const running = own.run(stop.signal);
  const until = async (pattern: RegExp) => {
    while (!told.some((t) => pattern.test(t))) await new Promise<void>((resolve) => (wake = resolve));
  };
  await put(store, 'v');
  await write([aes(2), aes(1)]);
  await until(/^loaded new encryption configuration$/);
  assert.equal(await store.isStale!(key), true);
  await put(store, 'v');
  assert.ok((await text(behind)).startsWith('k8s:enc:aescbc:v1:key2:'));
  await write([]);
  await until(/providers: Required value: at least one resources\[0\]\.providers is required$/);
  assert.equal(await text(store), 'v');
  stop.abort();
  await running;
  const reloads = await counts('apiserver_encryption_config_controller_automatic_reloads_total');
  assert.deepEqual(
    reloads.map((l) => [/status="(\w+)"/.exec(l)?.[1], l.split(' ')[1]]),
    [
      ['success', '1'],
      ['failure', '1'],
    ],
  );
});
