import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { Pki } from '../../pki/index.ts';
import type { ServerRequest } from '../context.ts';
import { listen } from './listener.ts';

test('a stream that is closed is listened to by nobody whom it would keep', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-listener-'));
  const pki = new Pki(dir, { clock: systemClock, random: systemRandom }, { serverNames: ['127.0.0.1'] });
  const requests: ServerRequest[] = [];
  const handle = async (request: ServerRequest) => {
    requests.push(request);
    return {
      status: 200,
      headers: {},
      body: { type: 'bytes', pieces: [(await request.body()) as Uint8Array] },
    } as const;
  };
  const server = await listen({ handle }, { clock: systemClock, port: 0, ...pki.apiserver, clientCa: pki.ca.cert });
  const client = connect(`https://127.0.0.1:${server.port}`, { ca: pki.ca.cert });
  t.after(async () => {
    client.destroy();
    await server.close();
    rmSync(dir, { recursive: true });
  });

  const asked = client.request({ ':method': 'POST', ':path': '/' });
  asked.end('hello');
  const [answer] = (await once(asked, 'data')) as [Buffer];
  assert.equal(String(answer), 'hello');

  const [request] = requests;
  const stream = request!.stream!() as unknown as Readable;
  const over = new Promise<void>((resolve) => void request!.onceOver!(resolve));
  if (!asked.closed) await once(asked, 'close');
  await over;
  await systemClock.yield();
  assert.deepEqual(
    stream.eventNames().map((name) => [name, stream.listenerCount(name)]),
    [['error', 1]],
  );
  // What Node says of it afterwards ends no process.
  stream.emit('error', new Error('too late'));
  assert.ok(request!.signal.aborted);
});
