import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { configMap, deleteOptions } from '@tiphys/sdk/api';
import { encodeMessage, protobufMediaType, sealEnvelope } from '@tiphys/sdk/schema';
import { serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
before(async () => void (scene = await serverScene()));
after(() => scene.stop());

const headers = { 'content-type': protobufMediaType, accept: `${protobufMediaType},application/json` };
const configMaps = '/api/v1/namespaces/default/configmaps';

test('typed clients send objects and options as protobuf', async () => {
  const raw = encodeMessage(configMap.schema.shape, { metadata: { name: 'c' }, data: { a: 'b' } });
  const body = sealEnvelope({ apiVersion: 'v1', kind: 'ConfigMap', raw });
  const created = await scene.ask('POST', configMaps, body, { headers });
  assert.deepEqual([created.status, created.body['data']], [201, { a: 'b' }]);
  const options = (uid: string) =>
    sealEnvelope({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      raw: encodeMessage(deleteOptions.shape, { preconditions: { uid } }),
    });
  assert.equal((await scene.ask('DELETE', `${configMaps}/c`, options('other'), { headers })).status, 409);
  const { uid } = created.body['metadata'] as { uid: string };
  assert.equal((await scene.ask('DELETE', `${configMaps}/c`, options(uid), { headers })).status, 200);
});

test('what is no protobuf is refused', async () => {
  for (const [method, path] of [
    ['POST', configMaps],
    ['DELETE', `${configMaps}/x`],
  ] as const) {
    const { status, message } = await scene.ask(method, path, Buffer.from('{}'), { headers });
    assert.equal(status, 400);
    assert.match(message, /provided data does not appear to be a protobuf message, expected prefix/);
  }
});
