import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { selfSigned } from '../../pki/index.ts';
import { ExtensionConnections, type ExtensionRequest } from './extension-connections.ts';
import type { ForwardedApi } from './forwarded-apis.ts';

const world = { clock: systemClock, random: systemRandom };
const pair = selfSigned(['ext.n.svc'], world);
const shown = selfSigned(['one'], world);
const server = createServer({ ...pair, requestCert: true, rejectUnauthorized: false }, (request, response) => {
  const { subject } = (request.socket as TLSSocket).getPeerCertificate();
  response.setHeader('x-shown', subject?.CN ?? '');
  if (request.url === '/slow') return;
  request.pipe(response);
});
let port: number;
let connections = 0;
server.on('secureConnection', () => connections++);
before(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ({ port } = server.address() as AddressInfo);
});
after(() => {
  server.close();
  server.closeAllConnections();
});

const api = (more: Partial<ForwardedApi> = {}): ForwardedApi => ({
  name: 'v1.example.com',
  group: 'example.com',
  version: 'v1',
  groupPriority: 1000,
  versionPriority: 15,
  service: { namespace: 'n', name: 'ext', port: 443 },
  ca: pair.cert,
  insecure: false,
  isAvailable: true,
  ...more,
});
const plain: ExtensionRequest = {
  method: 'POST',
  path: '/',
  headers: {},
  body: Buffer.from('x'),
  onceOver: () => () => {},
};
const at = () => ({ host: '127.0.0.1', port });

test('whom a server has to show itself as', async () => {
  const other = { namespace: 'n', name: 'other', port: 443 };
  const table: [name: string, of: Partial<ForwardedApi>, want: string | RegExp][] = [
    ['known by its bundle', {}, 'x'],
    ['of another name', { service: other }, /Hostname\/IP does not match certificate|not other\.n\.svc/],
    ['of nobody we know', { ca: undefined }, /signed by unknown authority/],
    ['anybody', { ca: undefined, insecure: true }, 'x'],
    ['anybody of any name', { service: other, ca: undefined, insecure: true }, 'x'],
    ['a bundle without certificates', { ca: 'abc' }, /signed by unknown authority|PEM/],
  ];
  for (const [name, of, want] of table) {
    const of1 = new ExtensionConnections(() => undefined);
    const answer = await of1.send(api(of), at(), plain).then(text, (err: Error) => err.message);
    if (typeof want === 'string') assert.equal(answer, want, name);
    else assert.match(answer, want, name);
    of1.forget('v1.example.com');
  }
});

test('connections go on, until another certificate is shown or another server is expected', async () => {
  let client = shown;
  const all = new ExtensionConnections(() => client);
  const send = async (of: Partial<ForwardedApi> = {}) => {
    const before = connections;
    const message = await all.send(api(of), at(), plain);
    await text(message);
    await systemClock.yield();
    return [connections - before, message.headers['x-shown']];
  };
  assert.deepEqual(await send(), [1, 'one']);
  assert.deepEqual(await send(), [0, 'one']);
  client = selfSigned(['two'], world);
  assert.deepEqual(await send(), [1, 'two']);
  assert.deepEqual(await send({ ca: undefined, insecure: true }), [1, 'two']);
  all.closeIdle('v1.example.com');
  assert.deepEqual(await send({ ca: undefined, insecure: true }), [1, 'two']);
  // One that was closed meanwhile is no reason to fail.
  server.closeAllConnections();
  assert.deepEqual(await send({ ca: undefined, insecure: true }), [1, 'two']);
  all.forget('v1.example.com');
});

test('who gives up is told why, and who is gone isn’t waited for', async () => {
  const all = new ExtensionConnections(() => undefined);
  let end: (why?: Error) => void = () => {};
  let forgotten = 0;
  const onceOver = (f: (why?: Error) => void) => {
    end = f;
    return () => void forgotten++;
  };
  const waiting = (path: string) => all.send(api(), at(), { ...plain, path, onceOver });
  const late = waiting('/slow');
  end(new Error('context deadline exceeded'));
  await assert.rejects(late, { message: 'context deadline exceeded' });
  const gone = waiting('/slow');
  end();
  await assert.rejects(gone);
  const refused = all.send(api(), { host: '127.0.0.1', port: 1 }, plain);
  await assert.rejects(refused, { message: 'dial tcp 127.0.0.1:1: connect: connection refused' });
  assert.equal(forgotten, 2);
  all.forget('v1.example.com');
});
