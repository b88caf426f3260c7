import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { describe, it, type TestContext } from 'node:test';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { Pki, selfSigned } from '../../pki/index.ts';
import { type NodeAddress, type NodeConnector, tlsNodes } from './connector.ts';
import { exchange, passedOn } from './exchange.ts';
import { LocalNodes } from './local-nodes.ts';

const signal = new AbortController().signal;

/** An agent that echoes: bodies, and, once upgraded, everything. */
function agent<S extends ReturnType<typeof createServer>>(server: S): S {
  server.on('request', (request, response) => {
    response.setHeader('x-path', request.url ?? '');
    request.pipe(response);
  });
  server.on('upgrade', (_request, socket, head) => {
    socket.on('error', () => {});
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Agreed: yes\r\n\r\nhello ',
    );
    if (head.length) socket.write(head);
    socket.pipe(socket);
  });
  return server;
}

type Make = (t: TestContext) => Promise<{ connector: NodeConnector; node: NodeAddress }>;

const ways: Record<string, Make> = {
  'in the same process': async () => {
    const local = new LocalNodes({ connect: () => Promise.reject(new Error('not local')) });
    const server = agent(createServer());
    local.add('n1', (connection) => void server.emit('connection', connection));
    return { connector: local, node: { name: 'n1', host: '192.0.2.1', port: 10_250 } };
  },
  'over TLS': (t) => overTls(t),
  'over TLS, whoever vouches for it': (t) => overTls(t, { isVouchedFor: false }),
};

async function overTls(t: TestContext, { isVouchedFor = true } = {}): ReturnType<Make> {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-nodes-'));
  const pki = new Pki(dir, { clock: systemClock, random: systemRandom }, { serverNames: [] });
  const ca = pki.ca.cert;
  const certificate = isVouchedFor
    ? pki.serverCertificate('system:node:n1', ['n1', '127.0.0.1'])
    : selfSigned(['elsewhere'], { clock: systemClock, random: systemRandom });
  const server = agent(createTlsServer({ ...certificate, ca, requestCert: true }));
  server.on('secureConnection', (socket: TLSSocket) => {
    assert.equal(socket.getPeerCertificate().subject.CN, 'kube-apiserver-kubelet-client');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  return {
    connector: tlsNodes({ ...pki.apiserverKubeletClient, ...(isVouchedFor && { ca }) }),
    node: { name: 'n1', host: '127.0.0.1', port },
  };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of body) text += Buffer.from(piece).toString();
  return text;
}

for (const [way, make] of Object.entries(ways)) {
  describe(`a node reached ${way}`, () => {
    it('answers a request, body and all', async (t) => {
      const { connector, node } = await make(t);
      async function* body() {
        yield Buffer.from('one ');
        yield Buffer.from('two');
      }
      const connection = await connector.connect(node, signal);
      const answer = await exchange(connection, { method: 'POST', path: '/x?y', headers: {}, body: body() });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['x-path'], '/x?y');
      assert.equal(await textOf(answer.body), 'one two');
    });

    it('speaks another protocol when asked, and hears of the end', async (t) => {
      const { connector, node } = await make(t);
      const headers = { connection: 'Upgrade', upgrade: 'echo' };
      const answer = await exchange(await connector.connect(node, signal), { method: 'GET', path: '/', headers });
      assert.equal(answer.status, 101);
      assert.equal(answer.headers['x-agreed'], 'yes');
      const stream: Duplex = answer.upgraded!;
      stream.end('world');
      assert.equal(await textOf(stream), 'hello world');
    });

    it('is let go when the caller gives up', async (t) => {
      const { connector, node } = await make(t);
      const stop = new AbortController();
      const connection = await connector.connect(node, stop.signal);
      connection.on('error', () => {});
      const closed = new Promise((resolve) => connection.once('close', resolve));
      stop.abort();
      await closed;
    });
  });
}

it('a node that nobody runs here is looked for elsewhere', async () => {
  const local = new LocalNodes({ connect: ({ name }) => Promise.reject(new Error(`dialled ${name}`)) });
  const withdraw = local.add('n1', () => {});
  withdraw();
  const node = { name: 'n1', host: '192.0.2.1', port: 1 };
  await assert.rejects(local.connect(node, signal), /dialled n1/);
});

it('why no connection was made is told in the words that clients know', async (t) => {
  const { connector } = await ways['over TLS']!(t);
  const node = { name: 'n1', host: '127.0.0.1', port: 1 };
  await assert.rejects(connector.connect(node, signal), {
    message: 'dial tcp 127.0.0.1:1: connect: connection refused',
  });
});

it('of a passed-on request our credentials and connection are left out, and tokens that pose as protocols', () => {
  const given = {
    authorization: 'Bearer x',
    host: 'api',
    'impersonate-user': 'jane',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-protocol': 'base64url.bearer.authorization.k8s.io.eA, v5.channel.k8s.io',
    'x-other': 'kept',
    ':path': '/',
  };
  const protocols = { 'sec-websocket-protocol': 'v5.channel.k8s.io', 'x-other': 'kept' };
  assert.deepEqual(passedOn(given), protocols);
  assert.deepEqual(passedOn(given, ['connection', 'upgrade']), {
    connection: 'Upgrade',
    upgrade: 'websocket',
    ...protocols,
  });
});
