import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { configMap } from '@tiphys/sdk/api';
import { WebSocketConnection, type WebSocketMessage, webSocketHeaders } from '@tiphys/sdk/client';
import { decodeMessage, openEnvelope, protobufMediaType, s } from '@tiphys/sdk/schema';
import { admin, serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
before(async () => void (scene = await serverScene()));
after(() => scene.stop());

const configMaps = '/api/v1/namespaces/default/configmaps';

async function opened(path: string, headers: Record<string, string> = {}, protocols: string[] = []) {
  const gone = new AbortController();
  const { 'sec-websocket-protocol': named, ...others } = webSocketHeaders(protocols);
  const response = await scene.server.handle({
    method: 'GET',
    path,
    headers: { ...others, ...(named && { 'sec-websocket-protocol': named }), ...headers },
    objects: false,
    signal: gone.signal,
    user: admin,
    body: () => Promise.resolve(undefined),
  });
  assert.equal(response.status, 101);
  assert.ok(response.body.type === 'upgrade');
  const connection = new WebSocketConnection(response.body.stream, 'client');
  return { headers: response.headers, connection, messages: connection.messages()[Symbol.asyncIterator]() };
}

const next = async (messages: AsyncIterator<WebSocketMessage>): Promise<WebSocketMessage> => {
  const { value, done } = await messages.next();
  assert.ok(!done, 'the connection ended');
  return value as WebSocketMessage;
};

test('a watch over WebSocket tells each event as a text', async () => {
  const { connection, messages, headers } = await opened(`${configMaps}?watch=true`, {}, ['mine']);
  assert.equal(headers['sec-websocket-protocol'], 'mine');
  for (const name of ['a', 'b']) await scene.ask('POST', configMaps, { metadata: { name } });
  for (const name of ['a', 'b']) {
    const { data, isBinary } = await next(messages);
    const event = JSON.parse(data.toString()) as { type: string; object: { kind: string; metadata: { name: string } } };
    assert.deepEqual([event.type, event.object.kind, event.object.metadata.name], ['ADDED', 'ConfigMap', name]);
    assert.equal(isBinary, false);
  }
  connection.close();
});

test('in protobuf the message is the event itself', async () => {
  const { connection, messages } = await opened(`${configMaps}?watch=true&fieldSelector=metadata.name%3Da`, {
    accept: protobufMediaType,
  });
  const { data, isBinary } = await next(messages);
  const raw = s.struct('Raw', { raw: s.opt(1, s.bytes()) });
  const event = s.struct('Event', { type: s.req(1, s.str()), object: s.req(2, raw) });
  const said = decodeMessage(event.shape, data) as { type: string; object: { raw: string } };
  assert.deepEqual([isBinary, said.type], [true, 'ADDED']);
  const { kind, raw: message } = openEnvelope(Buffer.from(said.object.raw, 'base64'));
  assert.equal(kind, 'ConfigMap');
  const { metadata } = decodeMessage(configMap.schema.shape, message) as { metadata: { name: string } };
  assert.equal(metadata.name, 'a');
  connection.close();
});

test('it ends when its time is over', async () => {
  const { messages } = await opened(`${configMaps}?watch=true&timeoutSeconds=5&resourceVersion=0&labelSelector=none`);
  const ended = messages.next();
  await scene.clock.advance(5000);
  assert.equal((await ended).done, true);
});

test('a refusal is an answer like any other', async () => {
  const { status } = await scene.ask('GET', `${configMaps}?watch=true&labelSelector=%21%21`, undefined, {
    headers: webSocketHeaders([]),
  });
  assert.equal(status, 400);
});
