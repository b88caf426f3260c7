import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { request as requestHttp1 } from 'node:https';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { test } from 'node:test';
import type { ServerRequest, ServerResponse } from 'tiphys/apiserver';
import { assertServed, hangsAfterMs, rowHangsAfterMs } from './outcomes.ts';
import { bodyOf, startListener } from './served.ts';

const sizes = [0, 1, 1_000, 16_384, 65_536, 1_000_000, 5_000_000];
const largestUpload = 3 * 1024 * 1024;

test('one port is for HTTP/2 and for HTTP/1.1, side by side', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  for (const [name, protocols, wanted] of [
    ['who says nothing', undefined, false],
    ['http/1.1 alone', ['http/1.1'], 'http/1.1'],
    ['both, HTTP/1.1 first', ['http/1.1', 'h2'], 'h2'],
    ['both', ['h2', 'http/1.1'], 'h2'],
  ] as const) {
    await t.test(name, { timeout: rowHangsAfterMs }, async () => {
      const socket = connect({
        port: listener.port,
        host: '127.0.0.1',
        ca: listener.ca,
        ...(protocols && { ALPNProtocols: [...protocols] }),
      });
      await once(socket, 'secureConnect');
      assert.equal(socket.alpnProtocol, wanted);
      if (wanted !== 'h2') {
        socket.write('GET /bytes/5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
        assert.match(String(await buffer(socket)), /^HTTP\/1\.1 200 OK\r\n/);
      }
      socket.destroy();
    });
  }
  await assertServed(await listener.client());
});

test('another protocol may be agreed on over HTTP/1.1', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  const { served } = listener;
  const answer = served.handle.bind(served);
  served.handle = (request: ServerRequest): Promise<ServerResponse> =>
    request.path === '/upgrade'
      ? Promise.resolve({
          status: 101,
          headers: { connection: 'Upgrade', upgrade: 'echo' },
          body: { type: 'upgrade', stream: new PassThrough() },
        })
      : answer(request);
  const asked = requestHttp1({
    port: listener.port,
    host: '127.0.0.1',
    ca: listener.ca,
    path: '/upgrade',
    headers: { connection: 'Upgrade', upgrade: 'echo' },
  });
  asked.end();
  const [response, socket] = (await once(asked, 'upgrade')) as [{ statusCode: number }, Duplex];
  assert.equal(response.statusCode, 101);
  socket.write('hello');
  const [echo] = (await once(socket, 'data')) as [Buffer];
  assert.equal(String(echo), 'hello');
  await assertServed(await listener.client());
  socket.destroy();
});

test("Node's client: bodies of all sizes, both ways, 200 at once", { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  const client = connectHttp2(`https://127.0.0.1:${listener.port}`, { ca: listener.ca });
  t.after(() => client.destroy());
  const ask = async (path: string, body?: Buffer): Promise<readonly [status: number | undefined, body: Buffer]> => {
    const stream = client.request({ ':path': path, ':method': body ? 'POST' : 'GET' });
    let status: number | undefined;
    stream.on('response', (h) => (status = h[':status']));
    stream.end(body);
    const got = await buffer(stream);
    return [status, got];
  };
  for (const size of sizes) {
    for (const kind of ['bytes', 'chunks', 'pushed']) {
      await t.test(`${kind} ${size}`, { timeout: rowHangsAfterMs }, async () => {
        const [status, got] = await ask(`/${kind}/${size}`);
        assert.deepEqual([status, got.equals(bodyOf(size))], [200, true]);
      });
    }
    await t.test(`an echo of ${size}`, { timeout: rowHangsAfterMs }, async () => {
      const body = bodyOf(size);
      const [status, got] = await ask('/echo', body);
      if (size <= largestUpload) assert.deepEqual([status, got.equals(body)], [200, true]);
      else assert.equal(status, 413);
    });
  }
  await t.test('200 at once', { timeout: 3 * rowHangsAfterMs }, async () => {
    const all = Array.from({ length: 200 }, async (_, i) => {
      const size = sizes[i % 6]!;
      const [status, got] = i % 2 ? await ask(`/pushed/${size}`) : await ask('/echo', bodyOf(size));
      assert.deepEqual([status, got.equals(bodyOf(size))], [200, true]);
    });
    await Promise.all(all);
  });
});

test("curl's client, over HTTP/2", { timeout: hangsAfterMs }, async (t) => {
  if (!spawnSync('curl', ['--version'], { encoding: 'utf8' }).stdout?.includes('HTTP2')) {
    return t.skip('curl with HTTP/2 is not installed');
  }
  const listener = await startListener(t);
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-curl-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const curl = async (...args: readonly string[]): Promise<Buffer> => {
    const child = spawn('curl', ['-sSk', '--http2', '-w', '%{stderr}%{http_version} %{http_code}\n', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [body, told] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
    const asked = args.filter((arg) => arg.startsWith('https:')).length;
    assert.equal(String(told).match(/2 200\n/g)?.length, asked);
    return body;
  };
  const url = (path: string) => `https://127.0.0.1:${listener.port}${path}`;
  for (const size of sizes) {
    await t.test(`${size}`, { timeout: rowHangsAfterMs }, async () => {
      assert.ok((await curl(url(`/bytes/${size}`))).equals(bodyOf(size)));
      if (!size || size > largestUpload) return;
      const file = join(dir, 'body');
      writeFileSync(file, bodyOf(size));
      assert.ok((await curl('--data-binary', `@${file}`, url('/echo'))).equals(bodyOf(size)));
    });
  }
  await t.test('many at once, on one connection', { timeout: rowHangsAfterMs }, async () => {
    const urls = Array.from({ length: 50 }, () => url('/pushed/100000'));
    const body = await curl('--parallel', '--parallel-max', '50', ...urls);
    assert.equal(body.length, 50 * 100_000);
  });
});
