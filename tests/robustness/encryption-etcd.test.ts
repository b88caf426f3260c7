import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { LmdbBackend, openEtcd, type StoreBackend } from 'tiphys/store';
import { TiphysProcess } from '../bench/tiphys-process.ts';
import { startEtcd, withoutEtcd } from './etcd-servers.ts';

let directory: string;
before(async () => (directory = await mkdtemp(join(tmpdir(), 'encryption-'))));
after(() => rm(directory, { recursive: true }));

const keys = (...names: string[]) => names.map((name) => ({ name, secret: Buffer.alloc(32, name).toString('base64') }));

async function configFile(name: string, providers: object[]): Promise<string> {
  const file = join(directory, name);
  const kind = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'EncryptionConfiguration' };
  await writeFile(file, JSON.stringify({ ...kind, resources: [{ resources: ['secrets'], providers }] }));
  return file;
}

const secrets = '/api/v1/namespaces/default/secrets';
const body = (name: string) => JSON.stringify({ metadata: { name }, stringData: { a: 'in the clear' } });

async function raw(store: StoreBackend, key: string): Promise<Buffer> {
  const { item } = await store.get(key);
  return Buffer.from(item?.value ?? []);
}

it('an etcd holds no secret in the clear, and another key takes over', { skip: withoutEtcd }, async () => {
  await using etcd = await startEtcd(1);
  const store = await openEtcd({ endpoints: etcd.endpoints }, { clock: systemClock, random: systemRandom });
  const flags = async (file: Promise<string>) => [
    `--etcd-servers=${etcd.endpoints.join(',')}`,
    '--etcd-prefix=/mine',
    `--encryption-provider-config=${await file}`,
  ];
  const key = '/mine/secrets/default/s';
  {
    const file = configFile('first', [{ aesgcm: { keys: keys('one') } }]);
    await using server = await TiphysProcess.start('apiserver', ...(await flags(file)));
    const { client } = server;
    assert.equal((await client.request('POST', secrets, { body: body('s') })).status, 201);
    const maps = '/api/v1/namespaces/default/configmaps';
    const map = JSON.stringify({ metadata: { name: 'm' }, data: { a: 'in the clear' } });
    assert.equal((await client.request('POST', maps, { body: map })).status, 201);
    const stored = await raw(store, key);
    assert.equal(stored.subarray(0, 22).toString(), 'k8s:enc:aesgcm:v1:one:');
    assert.ok(!stored.includes('metadata') && !stored.includes(Buffer.from('in the clear').toString('base64')));
    assert.ok((await raw(store, '/mine/configmaps/default/m')).includes('in the clear'));
  }
  {
    const file = configFile('second', [{ secretbox: { keys: keys('two') } }, { aesgcm: { keys: keys('one') } }]);
    await using server = await TiphysProcess.start('apiserver', ...(await flags(file)));
    const { client } = server;
    const { text } = await client.request('GET', `${secrets}/s`, { keep: true });
    const { data } = JSON.parse(text) as { data: { a: string } };
    assert.equal(Buffer.from(data.a, 'base64').toString(), 'in the clear');
    // Nothing but the key that it is stored with changes.
    assert.equal((await client.request('PUT', `${secrets}/s`, { body: text })).status, 200);
    assert.equal((await raw(store, key)).subarray(0, 25).toString(), 'k8s:enc:secretbox:v1:two:');
    const { text: metrics } = await client.request('GET', '/metrics', { keep: true });
    const written =
      /^apiserver_storage_transformation_operations_total\{.*resource="secrets".*to_storage.*"two:".*\} (\d+)$/m;
    assert.match(metrics, written);
  }
  {
    // Whose keys don't open what is stored shows nobody that there is nothing.
    const file = configFile('third', [{ aesgcm: { keys: keys('one') } }]);
    await assert.rejects(TiphysProcess.start('apiserver', ...(await flags(file))));
  }
  await store.close();
});

it('the store of a data directory neither', async () => {
  const dataDir = join(directory, 'data');
  const file = await configFile('fourth', [{ aescbc: { keys: keys('one') } }]);
  {
    await using server = await TiphysProcess.start(
      'apiserver',
      `--data-dir=${dataDir}`,
      `--encryption-provider-config=${file}`,
    );
    assert.equal((await server.client.request('POST', secrets, { body: body('s') })).status, 201);
  }
  const store = await LmdbBackend.open(join(dataDir, 'store'), { clock: systemClock });
  assert.equal((await raw(store, '/registry/secrets/default/s')).subarray(0, 22).toString(), 'k8s:enc:aescbc:v1:one:');
  await store.close();
});
