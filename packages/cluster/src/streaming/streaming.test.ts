import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import {
  type ExecSession,
  exitCodeOf,
  exitedWith,
  HttpTransport,
  podStreams,
  type PortForwarder,
  type TerminalStreams,
} from '@tiphys/sdk/client';
import { systemClock } from '@tiphys/sdk/runtime';
import { fakeBackend, type FakeCommand } from './fake-backend.ts';
import { openForwarder, openSession, streamingHandler } from './index.ts';

const commands: Record<string, FakeCommand> = {
  cat: async ({ stdin, stdout }) => {
    await pipeline(stdin, stdout, { end: false });
    return 0;
  },
  exit: async (_io, [code]) => Number(code),
  say: async ({ stdout, stderr }) => {
    stdout.write('out');
    stderr.write('err');
    return 0;
  },
  yes: async ({ stdout, signal }, [megabytes]) => {
    const chunk = Buffer.alloc(65_536, 'y');
    for (let i = 0; i < Number(megabytes) * 16 && !signal.aborted; i++) {
      if (!stdout.write(chunk)) await new Promise((resolve) => stdout.once('drain', resolve).once('close', resolve));
    }
    return 0;
  },
  size: async ({ stdin, stdout, sizes }) => {
    await text(stdin);
    stdout.write(JSON.stringify(sizes));
    return 0;
  },
  break: async () => ({ ...exitedWith(1), reason: 'InternalError', message: 'Internal error occurred: broken' }),
  deaf: async ({ stdin }) => {
    stdin.destroy();
    await systemClock.sleep(50);
    return 3;
  },
};

async function serve(
  t: TestContext,
): Promise<{ server: Server; url: string; ports: { port: number; closed: number } }> {
  const echo = createTcpServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const real = (echo.address() as AddressInfo).port;
  const handler = streamingHandler({
    backend: fakeBackend({ commands, ports: (p) => (p === 80 ? real : undefined) }),
    clock: systemClock,
  });
  const server = createServer((request, response) => {
    if (!handler.request(request, response)) response.writeHead(404).end();
  });
  server.on('upgrade', (request, socket, head) => {
    if (!handler.upgrade(request, socket, head)) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
    echo.close();
  });
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}`, ports: { port: 80, closed: 81 } };
}

interface Client {
  readonly exec: (command: readonly string[], streams: TerminalStreams, signal?: AbortSignal) => Promise<ExecSession>;
  readonly forward: () => Promise<PortForwarder>;
}

const never = new AbortController().signal;

/** Both ways to speak to a node: as the API server's clients do, and as a container runtime is spoken to. */
const clients: Record<string, (url: string) => Client> = {
  SPDY: (url) => ({
    exec(command, streams, signal = never) {
      const query = new URLSearchParams(command.map((c): [string, string] => ['command', c]));
      const names = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' } as const;
      for (const [own, name] of Object.entries(names)) if (streams[own as 'stdin']) query.set(name, '1');
      return openSession(`${url}/exec/ns/p/c?${query.toString()}`, { ...streams, signal });
    },
    forward: () => openForwarder(`${url}/portForward/ns/p`, { signal: never }),
  }),
  WebSocket: (url) => {
    const transport = new HttpTransport({ server: url });
    const names: Record<string, string> = { stdin: 'input', stdout: 'output', stderr: 'error', ports: 'port' };
    const pods = podStreams({
      send: (request) => transport.send(request),
      close: () => transport.close(),
      // The API server's work: its path and parameters in, the node's out.
      upgrade(request) {
        const at = new URL(request.path, url);
        const verb = at.pathname.split('/').at(-1)!;
        const path = verb === 'portforward' ? '/portForward/ns/p' : `/${verb}/ns/p/c`;
        const query = new URLSearchParams();
        for (const [name, value] of at.searchParams) query.append(names[name] ?? name, value === 'true' ? '1' : value);
        return transport.upgrade({ ...request, path: `${path}?${query.toString()}` });
      },
    });
    const key = { metadata: { namespace: 'ns', name: 'p' } };
    return {
      exec: (command, streams, signal = never) => pods.exec(key, { command, ...streams, signal }),
      forward: async () => pods.portForward(key),
    };
  },
};

const codeOf = async (session: ExecSession) => exitCodeOf(await session.status);

for (const [name, connect] of Object.entries(clients)) {
  describe(`a session over ${name}`, () => {
    it('keeps stdout and stderr apart and ends with the exit code', async (t) => {
      const client = connect((await serve(t)).url);
      const session = await client.exec(['say'], { stdout: true, stderr: true });
      assert.deepEqual(await Promise.all([text(session.stdout!), text(session.stderr!)]), ['out', 'err']);
      assert.equal(await codeOf(session), 0);
      const failed = await client.exec(['exit', '42'], { stdout: true });
      assert.deepEqual(await failed.status, exitedWith(42));
    });

    it('passes the end of stdin on, and nothing is lost after it', async (t) => {
      const session = await connect((await serve(t)).url).exec(['cat'], { stdin: true, stdout: true });
      session.stdin!.end('hello');
      assert.equal(await text(session.stdout!), 'hello');
      assert.equal(await codeOf(session), 0);
    });

    it('tells the size of the terminal', async (t) => {
      const session = await connect((await serve(t)).url).exec(['size'], { stdin: true, stdout: true, tty: true });
      session.resize({ width: 80, height: 24 });
      await systemClock.sleep(50);
      session.stdin!.end();
      assert.equal(await text(session.stdout!), '[{"width":80,"height":24}]');
    });

    it('carries any status unchanged', async (t) => {
      const session = await connect((await serve(t)).url).exec(['break'], { stdout: true });
      const { reason, message } = await session.status;
      assert.deepEqual({ reason, message }, { reason: 'InternalError', message: 'Internal error occurred: broken' });
    });

    it('holds a writer back while nobody reads, then delivers every byte', async (t) => {
      const session = await connect((await serve(t)).url).exec(['yes', '32'], { stdout: true });
      const before = process.memoryUsage().arrayBuffers;
      await systemClock.sleep(300);
      const grown = process.memoryUsage().arrayBuffers - before;
      let size = 0;
      for await (const piece of session.stdout!) size += (piece as Buffer).length;
      assert.equal(size, 32 * 1024 * 1024);
      assert.equal(await codeOf(session), 0);
      assert.ok(grown < 16 * 1024 * 1024, `${grown} bytes waited for a reader`);
    });

    it('sends a large input through an echo unchanged', async (t) => {
      const session = await connect((await serve(t)).url).exec(['cat'], { stdin: true, stdout: true });
      const piece = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i & 0xff));
      const write = async () => {
        for (let i = 0; i < 100; i++) {
          if (!session.stdin!.write(piece)) await new Promise((resolve) => session.stdin!.once('drain', resolve));
        }
        session.stdin!.end();
      };
      let size = 0;
      const read = async () => {
        for await (const got of session.stdout!) {
          for (let i = 0; i < (got as Buffer).length; i += 997) {
            assert.equal((got as Buffer)[i], ((size + i) % 100_000) & 0xff);
          }
          size += (got as Buffer).length;
        }
      };
      await Promise.all([write(), read()]);
      assert.equal(size, 10_000_000);
    });

    it('ends although the process never read what it was sent', async (t) => {
      const session = await connect((await serve(t)).url).exec(['deaf'], { stdin: true, stdout: true });
      session.stdin!.on('error', () => {});
      session.stdin!.write(Buffer.alloc(1_000_000));
      session.stdout!.resume();
      assert.equal(await codeOf(session), 3);
    });

    it('ends the process when the client lets go', async (t) => {
      const { url, server } = await serve(t);
      const controller = new AbortController();
      const session = await connect(url).exec(['cat'], { stdin: true, stdout: true }, controller.signal);
      session.stdin!.on('error', () => {});
      session.stdout!.on('error', () => {});
      controller.abort();
      assert.equal((await session.status).status, 'Failure');
      await systemClock.sleep(50);
      assert.equal(await new Promise((resolve) => server.getConnections((_err, count) => resolve(count))), 0);
    });

    it('forwards several connections at once, and says why one is refused', async (t) => {
      const { url, ports } = await serve(t);
      const forwarder = await connect(url).forward();
      const talk = async (word: string) => {
        const { data, error } = forwarder.connect(ports.port);
        data.write(word);
        const heard = String(await new Promise<Buffer>((resolve) => data.once('data', resolve)));
        data.end();
        data.resume();
        void error;
        return heard;
      };
      assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(talk)), ['a', 'b', 'c']);
      const refused = forwarder.connect(ports.closed);
      refused.data.resume();
      assert.match((await refused.error) ?? '', /connection refused/);
      forwarder.close();
    });
  });
}

describe('what a node refuses', () => {
  const cases: [name: string, headers: Record<string, string>, query: string, status: number, says: RegExp][] = [
    ['no upgrade', {}, 'output=1', 400, /missing upgrade headers/],
    ['no stream', { upgrade: 'SPDY/3.1' }, '', 400, /at least 1 of stdin, stdout, stderr/],
    ['no such command', { upgrade: 'SPDY/3.1' }, 'output=1&command=none', 500, /container not found \("c"\)/],
    ['no protocol', { upgrade: 'SPDY/3.1' }, 'output=1&command=say', 400, /X-Stream-Protocol-Version is required/],
    [
      'an unknown protocol',
      { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v9' },
      'output=1&command=say',
      403,
      /client supports \[v9\], server accepts \[v4.channel.k8s.io v3/,
    ],
  ];
  for (const [name, headers, query, status, says] of cases) {
    it(name, async (t) => {
      const { url } = await serve(t);
      const transport = new HttpTransport({ server: url });
      const upgrade = headers['upgrade'] ? { connection: 'Upgrade' } : {};
      const response = await transport.send({
        method: 'POST',
        path: `/exec/ns/p/c?${query}`,
        headers: { ...headers, ...upgrade },
      });
      let body = '';
      for await (const piece of response.bytes()) body += String(piece);
      assert.equal(response.status, status, body);
      assert.match(body, says);
      transport.close();
    });
  }
});
