import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { configMap, deleteOptions, objectMeta } from '@tiphys/sdk/api';
import type { StructShape } from '@tiphys/sdk/machinery';
import { decodeMessage, encodeMessage, openEnvelope, protobufMediaType, s, sealEnvelope } from '@tiphys/sdk/schema';
import { listMeta, status } from '../openapi/meta-shapes.ts';
import { type Answer, serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
before(async () => void (scene = await serverScene()));
after(() => scene.stop());

const headers = { 'content-type': protobufMediaType, accept: protobufMediaType };
const configMaps = '/api/v1/namespaces/default/configmaps';

/** As much of the answers' messages as is looked at. */
interface Said {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly items: readonly Said[];
  readonly reason?: string;
  readonly code?: number;
  readonly message: string;
  readonly details?: unknown;
}

/** What an answer says, read as the message that its envelope names. */
function opened({ bytes, headers: { 'content-type': contentType } }: Answer, shape: StructShape) {
  assert.equal(contentType, protobufMediaType);
  const { apiVersion, kind, raw } = openEnvelope(bytes);
  return { apiVersion, kind, value: decodeMessage(shape, raw) as unknown as Said };
}
const listOf = (item: Parameters<typeof s.list>[0]) =>
  s.struct('List', { metadata: s.held(1, listMeta), items: s.req(2, s.list(item)) }).shape;
const partial = s.struct('Partial', { metadata: s.held(1, objectMeta) });

test('typed clients speak protobuf both ways', async () => {
  const raw = encodeMessage(configMap.schema.shape, { metadata: { name: 'c' }, data: { a: 'b' } });
  const made = await scene.ask('POST', configMaps, sealEnvelope({ apiVersion: 'v1', kind: 'ConfigMap', raw }), {
    headers,
  });
  const created = opened(made, configMap.schema.shape);
  assert.deepEqual([made.status, created.apiVersion, created.kind], [201, 'v1', 'ConfigMap']);
  assert.deepEqual(created.value.data, { a: 'b' });
  const read = opened(await scene.ask('GET', `${configMaps}/c`, undefined, { headers }), configMap.schema.shape);
  assert.deepEqual(read, created);
  const options = (uid: unknown) =>
    sealEnvelope({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      raw: encodeMessage(deleteOptions.shape, { preconditions: { uid: String(uid) } }),
    });
  const refused = opened(await scene.ask('DELETE', `${configMaps}/c`, options('other'), { headers }), status.shape);
  assert.deepEqual([refused.kind, refused.value.reason, refused.value.code], ['Status', 'Conflict', 409]);
  const { uid } = created.value.metadata;
  const gone = opened(await scene.ask('DELETE', `${configMaps}/c`, options(uid), { headers }), status.shape);
  assert.deepEqual(gone.value.details, { name: 'c', group: '', kind: 'configmaps', uid, retryAfterSeconds: 0 });
});

test('a list is its items’ messages side by side', async () => {
  for (const name of ['l1', 'l2', 'l3']) await scene.ask('POST', configMaps, { metadata: { name }, data: { name } });
  const page = opened(
    await scene.ask('GET', `${configMaps}?limit=2`, undefined, { headers }),
    listOf(configMap.schema),
  );
  assert.deepEqual([page.apiVersion, page.kind], ['v1', 'ConfigMapList']);
  assert.deepEqual(
    page.value.items.map(({ data }) => data?.['name']),
    ['l1', 'l2'],
  );
  assert.equal(page.value.metadata['remainingItemCount'], 1);
  assert.notEqual(page.value.metadata['continue'], '');
});

test('metadata alone comes as protobuf, tables do not', async () => {
  const as = (kind: string) => ({ accept: `${protobufMediaType};as=${kind};g=meta.k8s.io;v=v1` });
  const one = opened(
    await scene.ask('GET', `${configMaps}/l1`, undefined, { headers: as('PartialObjectMetadata') }),
    partial.shape,
  );
  assert.deepEqual([one.apiVersion, one.kind], ['meta.k8s.io/v1', 'PartialObjectMetadata']);
  assert.equal(one.value.metadata['name'], 'l1');
  const all = opened(
    await scene.ask('GET', configMaps, undefined, { headers: as('PartialObjectMetadataList') }),
    listOf(partial),
  );
  assert.equal(all.value.items.length, 3);
  const table = await scene.ask('GET', configMaps, undefined, { headers: as('Table') });
  assert.equal(table.status, 406);
  const either = { accept: `${as('Table').accept},application/json;as=Table;g=meta.k8s.io;v=v1` };
  const json = await scene.ask('GET', configMaps, undefined, { headers: either });
  assert.deepEqual([json.status, json.body['kind']], [200, 'Table']);
});

test('what is no protobuf is refused', async () => {
  for (const [method, path] of [
    ['POST', configMaps],
    ['DELETE', `${configMaps}/x`],
  ] as const) {
    const answer = await scene.ask(method, path, Buffer.from('{}'), { headers });
    const { value } = opened(answer, status.shape);
    assert.equal(answer.status, 400);
    assert.match(value.message, /provided data does not appear to be a protobuf message, expected prefix/);
  }
});
