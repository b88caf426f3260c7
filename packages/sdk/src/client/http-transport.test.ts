import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { configMap, node } from '../api/index.ts';
import { isNotFound, notFound, StatusError } from '../machinery/index.ts';
import { HttpTransport } from './http-transport.ts';
import { createClient } from './transport-client.ts';

async function serve(t: TestContext, handler: http.RequestListener) {
  const server = http.createServer(handler);
  const sockets: Socket[] = [];
  server.on('connection', (s) => sockets.push(s));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const transport = new HttpTransport({
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`,
    token: () => 'secret',
    userAgent: 'test/1',
  });
  t.after(() => {
    transport.close();
    server.close();
    server.closeAllConnections();
  });
  return { server, sockets, transport, client: createClient(transport) };
}

const key = { metadata: { name: 'a', namespace: 'x' } };
const json = (response: http.ServerResponse, code: number, body: unknown) =>
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));

test('a request carries who asks, what for and what is sent; the answer is frozen', async (t) => {
  const seen: unknown[] = [];
  const { client, sockets } = await serve(t, (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (p: Buffer) => pieces.push(p));
    request.on('end', () => {
      const { authorization, 'user-agent': agent, 'content-type': type } = request.headers;
      seen.push([request.method, request.url, authorization, agent, type, String(Buffer.concat(pieces))]);
      json(response, 200, { metadata: { name: 'a' }, data: {} });
    });
  });
  const patch = { data: { ünï: 'cödé' } };
  const answer = await client.patch(configMap, key, { type: 'merge', patch }, { fieldManager: 'me', dryRun: true });
  assert.ok(Object.isFrozen(answer.metadata));
  await client.list(configMap, { namespace: 'x', labelSelector: 'a in (b,c)', limit: 5 });
  assert.deepEqual(seen, [
    [
      'PATCH',
      '/base/api/v1/namespaces/x/configmaps/a?dryRun=All&fieldManager=me',
      'Bearer secret',
      'test/1',
      'application/merge-patch+json',
      JSON.stringify(patch),
    ],
    [
      'GET',
      '/base/api/v1/namespaces/x/configmaps?labelSelector=a+in+%28b%2Cc%29&limit=5',
      'Bearer secret',
      'test/1',
      undefined,
      '',
    ],
  ]);
  assert.equal(sockets.length, 1, 'the connection is kept');
});

test('a refusal is a StatusError, also when a proxy refuses in its own words', async (t) => {
  const { client } = await serve(t, (request, response) => {
    if (request.url?.endsWith('/a')) json(response, 404, notFound({ group: '', resource: 'configmaps' }, 'a').status);
    else response.writeHead(request.url?.includes('/nodes') ? 404 : 502).end('<html>');
  });
  await assert.rejects(client.list(node), isNotFound);
  await assert.rejects(client.get(configMap, key), isNotFound);
  await assert.rejects(client.list(configMap), (err) => err instanceof StatusError && err.code === 502);
});

test('a kept connection that the server closed is replaced unnoticed', async (t) => {
  const { client, sockets } = await serve(t, (_request, response) => json(response, 200, { metadata: {} }));
  await client.get(configMap, key);
  sockets[0]!.resetAndDestroy();
  await client.get(configMap, key);
  assert.equal(sockets.length, 2);
});

test('a watch tells events as they come and ends with its signal, the connection too', async (t) => {
  const { client, sockets } = await serve(t, (_request, response) => {
    response.writeHead(200);
    response.write('{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n{"type":"MODI');
    response.write('FIED","object":{"metadata":{"name":"b"}}}\n');
  });
  const stop = new AbortController();
  const seen: (string | undefined)[] = [];
  await assert.rejects(
    async () => {
      for await (const { object } of client.watch(configMap, { signal: stop.signal })) {
        seen.push(object.metadata.name);
        if (seen.length === 2) stop.abort();
      }
    },
    { name: 'AbortError' },
  );
  assert.deepEqual(seen, ['a', 'b']);
  await new Promise((resolve) => (sockets[0]!.destroyed ? resolve(undefined) : sockets[0]!.once('close', resolve)));
});

test('an ERROR frame rejects the watch', async (t) => {
  const { client } = await serve(t, (_request, response) => {
    const object = new StatusError(410, 'Expired', 'too old resource version: 1 (5)').status;
    response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
  });
  const reading = (async () => {
    for await (const event of client.watch(configMap, {})) assert.fail(event.type);
  })();
  await assert.rejects(reading, (err) => err instanceof StatusError && err.reason === 'Expired');
});

test('an upgrade gives the connection; what came with the answer is not lost', async (t) => {
  const { server, transport } = await serve(t, (_request, response) =>
    json(response, 403, { kind: 'Status', code: 403, reason: 'Forbidden' }),
  );
  server.on('upgrade', (_request, socket: Socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nhello ');
    socket.on('data', (d) => socket.end(d));
  });
  const { stream, headers } = await transport.upgrade({ method: 'POST', path: '/exec', headers: { upgrade: 'x' } });
  assert.equal(headers['upgrade'], 'x');
  stream.write('world');
  let text = '';
  for await (const piece of stream) text += String(piece);
  assert.equal(text, 'hello world');
});
