import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeMessage, openEnvelope, protobufMediaType } from '@tiphys/sdk/schema';
import { serverScene, type ServerScene } from '../server-scene.ts';
import { apiGroupDiscoveryList } from './shapes.ts';

let scene: ServerScene;
before(async () => void (scene = await serverScene()));
after(() => scene.stop());

const as = 'g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const get = (path: string, headers: Record<string, string>) => scene.ask('GET', path, undefined, { headers });

test('the aggregated form comes to who prefers it, in the encoding that was asked for', async () => {
  const [json, yaml] = ['application/json', 'application/yaml'];
  const rows: [accept: string, type: string][] = [
    [`${json};${as}`, `${json};${as}`],
    [`${json};as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io`, `${json};${as}`],
    [`${json};${as};profile=nopeer`, `${json};${as}`],
    [`${yaml};${as}`, `${yaml};${as}`],
    [`${protobufMediaType};${as}`, `${protobufMediaType};${as}`],
    [`${json};${as.replace('v2', 'v2beta1')},${json}`, json],
    [`${json};${as.replace('v2', 'v2beta1')},${json};${as},${json}`, `${json};${as}`],
    [`${json},${json};${as}`, json],
    [`${json};q=0.9,${protobufMediaType};${as}`, `${protobufMediaType};${as}`],
    [`${json};as=APIGroupDiscoveryList;v=v2;g=other.io,${json}`, json],
  ];
  for (const path of ['/api', '/apis']) {
    for (const [accept, type] of rows) {
      const { status, headers } = await get(path, { accept });
      assert.deepEqual([status, headers['content-type']], [200, type], accept);
    }
  }
});

test('who has it already is told so', async () => {
  for (const path of ['/api', '/apis']) {
    for (const media of ['application/json', protobufMediaType]) {
      const accept = `${media};${as}`;
      const { headers } = await get(path, { accept });
      const etag = String(headers['etag']);
      assert.match(etag, /^"[0-9A-F]{128}"$/);
      assert.deepEqual([headers['vary'], headers['cache-control']], ['Accept', 'public']);
      const again = await get(path, { accept, 'if-none-match': etag });
      assert.deepEqual([again.status, again.bytes.length, again.headers['etag']], [304, 0, etag]);
      assert.equal((await get(path, { accept, 'if-none-match': '"other"' })).status, 200);
    }
  }
});

test('protobuf says what JSON says', async () => {
  for (const path of ['/api', '/apis']) {
    const { body } = await get(path, { accept: `application/json;${as}` });
    const { bytes } = await get(path, { accept: `${protobufMediaType};${as}` });
    const { apiVersion, kind, raw } = openEnvelope(bytes);
    assert.deepEqual([apiVersion, kind], [body['apiVersion'], body['kind']]);
    const message = decodeMessage(apiGroupDiscoveryList.shape, raw) as { items: unknown[] };
    // Protobuf has what is empty where JSON has nothing.
    const given = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (_, v: unknown) => (v === '' || v === 0 || v === null ? undefined : v)));
    assert.deepEqual(given(message.items), given(body['items']));
  }
});
