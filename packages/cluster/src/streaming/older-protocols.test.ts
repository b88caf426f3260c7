import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { HttpTransport, WebSocketConnection, webSocketHeaders } from '@tiphys/sdk/client';
import { systemClock } from '@tiphys/sdk/runtime';
import { dialSpdy } from './client/dial.ts';
import { fakeBackend } from './fake-backend.ts';
import { serveOn, streamingHandler } from './index.ts';

const signal = new AbortController().signal;

async function serve(t: TestContext): Promise<string> {
  const backend = fakeBackend({
    commands: {
      say: async ({ stdout }) => {
        stdout.write('hi');
        return 0;
      },
      fail: async () => 3,
    },
  });
  const server = serveOn(createServer(), streamingHandler({ backend, clock: systemClock }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const jsonStatus = /^\{"metadata":\{\},"status":"Success"\}$/;
const jsonFailure = /"reason":"NonZeroExitCode","details":\{"causes":\[\{"reason":"ExitCode","message":"3"\}\]\}/;
const plainFailure = /^command terminated with non-zero exit code: exit status 3$/;

describe('over WebSocket', () => {
  const cases: [protocol: string, isBase64: boolean, success: RegExp, failure: RegExp][] = [
    ['v5.channel.k8s.io', false, jsonStatus, jsonFailure],
    ['v4.channel.k8s.io', false, jsonStatus, jsonFailure],
    ['v4.base64.channel.k8s.io', true, jsonStatus, jsonFailure],
    ['channel.k8s.io', false, /^$/, plainFailure],
    ['base64.channel.k8s.io', true, /^$/, plainFailure],
    ['', false, /^$/, plainFailure],
  ];
  for (const [protocol, isBase64, success, failure] of cases) {
    it(protocol || 'no protocol named', async (t) => {
      const url = await serve(t);
      const said = async (command: string) => {
        const transport = new HttpTransport({ server: url });
        const { 'sec-websocket-protocol': _, ...rest } = webSocketHeaders([]);
        const headers = protocol ? webSocketHeaders([protocol]) : rest;
        const path = `/exec/ns/p/c?output=1&command=${command}`;
        const { stream, headers: answered } = await transport.upgrade({ method: 'GET', path, headers });
        assert.equal(answered['sec-websocket-protocol'] ?? '', protocol);
        const channels: Record<number, string> = {};
        for await (const { data, isBinary } of new WebSocketConnection(stream, 'client').messages()) {
          assert.equal(isBinary, !isBase64);
          const channel = isBase64 ? Number(data.toString('latin1', 0, 1)) : data[0]!;
          const content = isBase64 ? Buffer.from(data.toString('latin1', 1), 'base64') : data.subarray(1);
          channels[channel] = (channels[channel] ?? '') + content.toString();
        }
        transport.close();
        return channels;
      };
      const good = await said('say');
      assert.equal(good[1], 'hi');
      assert.match(good[3] ?? '', success);
      assert.match((await said('fail'))[3] ?? '', failure);
    });
  }

  it('one that nobody speaks is refused, and what is spoken is said', async (t) => {
    const transport = new HttpTransport({ server: await serve(t) });
    const response = await transport.send({
      method: 'GET',
      path: '/exec/ns/p/c?output=1&command=say',
      headers: webSocketHeaders(['v9.channel.k8s.io']),
    });
    assert.equal(response.status, 403);
    transport.close();
  });
});

describe('over SPDY', () => {
  const cases: [protocol: string, success: RegExp, failure: RegExp][] = [
    ['v4.channel.k8s.io', jsonStatus, jsonFailure],
    ['v3.channel.k8s.io', /^$/, plainFailure],
    ['v2.channel.k8s.io', /^$/, plainFailure],
    ['channel.k8s.io', /^$/, plainFailure],
  ];
  for (const [protocol, success, failure] of cases) {
    it(protocol, async (t) => {
      const url = await serve(t);
      const said = async (command: string) => {
        const dialled = await dialSpdy(`${url}/exec/ns/p/c?output=1&command=${command}`, [protocol], { signal });
        assert.equal(dialled.protocol, protocol);
        const error = await dialled.session.open({ streamtype: 'error' });
        const stdout = await dialled.session.open({ streamtype: 'stdout' });
        const [out, status] = await Promise.all([buffer(stdout), buffer(error)]);
        return { out: out.toString(), status: status.toString() };
      };
      const good = await said('say');
      assert.equal(good.out, 'hi');
      assert.match(good.status, success);
      assert.match((await said('fail')).status, failure);
    });
  }
});

it('many sessions at once end, and leave no connection', async (t) => {
  const url = await serve(t);
  const sessions = Array.from({ length: 200 }, async () => {
    const { session } = await dialSpdy(`${url}/exec/ns/p/c?output=1&command=say`, ['v4.channel.k8s.io'], { signal });
    const error = await session.open({ streamtype: 'error' });
    const stdout = await session.open({ streamtype: 'stdout' });
    const [out, status] = await Promise.all([buffer(stdout), buffer(error)]);
    assert.equal(out.toString(), 'hi');
    assert.match(status.toString(), jsonStatus);
    session.close();
    await session.ended;
  });
  await Promise.all(sessions);
});
