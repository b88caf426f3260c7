import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '@tiphys/sdk/runtime';
import {
  data,
  endHeaders,
  endStream,
  headers,
  largestWindow,
  pad,
  padded,
  ping,
  reset,
  settings,
  windowUpdate,
} from './frames.ts';
import { request } from './header-block.ts';
import { assertServed, hangsAfterMs, inShort, rowHangsAfterMs } from './outcomes.ts';
import type { RawClient } from './raw-client.ts';
import { bodyOf, startListener } from './served.ts';

const KiB = 1024;
/** What may be taken of an answer that isn't read. */
const mostTaken = 300 * KiB;
const post = (path: string) => request(path, [], 'POST');

/** Everything that a server had to say before has come. */
async function settled(client: RawClient): Promise<void> {
  const before = client.got('PING').length;
  client.write(ping());
  await client.until(() => client.got('PING').length > before);
}

test('answers that aren’t read wait where they are made', { timeout: hangsAfterMs }, async (t) => {
  const { served, ...listener } = await startListener(t);
  for (const [name, window, connectionWindow] of [
    ['without a window', 0, largestWindow - 65_535],
    ['with a window that is soon used up', 100_000, largestWindow - 65_535],
    ['with none for the connection', largestWindow, 0],
  ] as const) {
    await t.test(name, { timeout: rowHangsAfterMs }, async () => {
      served.taken.clear();
      const client = await listener.client({ settings: { initialWindowSize: window }, connectionWindow });
      const paths = ['bytes', 'chunks', 'pushed'].flatMap((kind) =>
        Array.from({ length: 30 }, (_, i) => `/${kind}/5000000?${i}`),
      );
      const streams = paths.map((path) => client.get(path));
      for (const stream of streams) assert.equal(await client.began(stream), 200);
      for (let i = 0; i < 10; i++) await settled(client);
      for (const path of paths) {
        const taken = served.taken.get(path) ?? 0;
        assert.ok(taken <= Math.min(window, 65_535 + connectionWindow) + mostTaken, `${path}: ${taken}`);
      }
      // What needs no window, and what is given one, is answered meanwhile.
      assert.equal(inShort(await client.outcome(client.get('/status/204'))), '204');
      const small = client.get('/bytes/10');
      client.write(windowUpdate(small, 10), windowUpdate(0, 1_000_000));
      if (connectionWindow) assert.equal(inShort(await client.outcome(small)), '200');
      await assertServed(await listener.client());
      client.destroy();
      await served.until(() => served.running === 0);
    });
  }
});

test('who reads nothing holds up nobody, and is given no more than fits', { timeout: hangsAfterMs }, async (t) => {
  const { served, ...listener } = await startListener(t);
  const client = await listener.client();
  await assertServed(client);
  client.socket.pause();
  served.taken.clear();
  const paths = Array.from({ length: 200 }, (_, i) => `/${['bytes', 'chunks', 'pushed'][i % 3]}/500000?${i}`);
  for (const path of paths) client.get(path);
  await served.until(() => served.taken.size === paths.length);
  const other = await listener.client();
  for (let i = 0; i < 50; i++) await assertServed(other);
  // The system's own buffers take some of it, too.
  const taken = [...served.taken.values()].reduce((a, b) => a + b, 0);
  assert.ok(taken < 200 * 64 * KiB + 20_000 * KiB, `${taken}`);
  client.socket.resume();
  for (let stream = 3; stream <= 401; stream += 2) {
    const outcome = await client.outcome(stream);
    assert.ok('status' in outcome && outcome.body.length === 500_000);
  }
});

test('events that aren’t read aren’t kept', { timeout: hangsAfterMs }, async (t) => {
  const { served, ...listener } = await startListener(t);
  const [reader, other] = [await listener.client(), await listener.client({ settings: { initialWindowSize: 0 } })];
  const [read, unread] = [reader.get('/watch?read'), other.get('/watch?unread')];
  await served.until(() => served.watching === 2);
  for (let i = 0; i < 2_000; i++) {
    served.tell(Buffer.alloc(KiB));
    if (i % 20 === 0) await settled(reader);
  }
  await reader.until(() => reader.received(read) === 2_000 * KiB);
  assert.equal(other.received(unread), 0);
  const taken = served.taken.get('/watch?unread')!;
  assert.ok(taken <= mostTaken, `${taken}`);
});

test('windows change while a body is under way', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  for (const kind of ['bytes', 'chunks', 'choppy', 'pushed']) {
    await t.test(kind, { timeout: rowHangsAfterMs }, async () => {
      const client = await listener.client({ settings: { initialWindowSize: 1_000 } });
      const stream = client.get(`/${kind}/100000`);
      const now = async (...[frames, bytes]: readonly [frames: Buffer, bytes: number]) => {
        client.write(frames);
        await client.until(() => client.received(stream) >= bytes);
        await settled(client);
        assert.equal(client.received(stream), bytes);
      };
      const first = (initialWindowSize: number) => settings({ initialWindowSize });
      await now(ping(), 1_000);
      await now(first(400), 1_000);
      // It is at -600 now.
      await now(windowUpdate(stream, 600), 1_000);
      await now(windowUpdate(stream, 1), 1_001);
      await now(first(0), 1_001);
      await now(windowUpdate(stream, 399), 1_001);
      await now(first(2), 1_002);
      await now(first(500), 1_500);
      await now(windowUpdate(stream, 20_000), 21_500);
      client.write(first(largestWindow - 1));
      const outcome = await client.outcome(stream);
      assert.ok('status' in outcome);
      assert.deepEqual(outcome.body, bodyOf(100_000));
      client.destroy();
    });
  }
});

test('a body whose last chunk is empty ends with its last byte', { timeout: rowHangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  const client = await listener.client({ settings: { initialWindowSize: 5_000 } });
  const stream = client.get('/choppy/10000');
  await client.until(() => client.received(stream) === 5_000);
  client.write(windowUpdate(stream, 5_000));
  assert.equal(inShort(await client.outcome(stream)), '200');
});

test('uploads go as fast as they are read', { timeout: hangsAfterMs }, async (t) => {
  const { served, ...listener } = await startListener(t);
  const client = await listener.client();
  await t.test('one that nobody reads stands still, and others go on', { timeout: rowHangsAfterMs }, async () => {
    const still = client.nextStream();
    client.write(headers(still, post('/busy'), endHeaders));
    const all = client.upload(still, Buffer.alloc(10_000_000));
    while (client.window.of(still) > 0) await systemClock.yield();
    const stream = client.nextStream();
    client.write(headers(stream, post('/echo'), endHeaders));
    const body = bodyOf(3_000_000);
    await client.upload(stream, body);
    const outcome = await client.outcome(stream);
    assert.ok('status' in outcome);
    assert.deepEqual(outcome.body, body);
    client.write(reset(still));
    assert.ok(client.window.of(still) === 0);
    await Promise.race([all, settled(client)]);
  });
  await t.test('what is sent to those that are given up counts no more', { timeout: rowHangsAfterMs }, async () => {
    const given = client.window.of(0);
    for (let i = 0; i < 200; i++) {
      const stream = client.nextStream();
      client.write(headers(stream, post('/busy'), endHeaders));
      const bytes = Math.min(client.window.of(stream), 200_000);
      await client.upload(stream, Buffer.alloc(bytes), { ends: false });
      client.write(reset(stream));
    }
    await client.until(() => client.window.of(0) * 2 >= given);
  });
  await t.test('padding counts, and is given back', { timeout: rowHangsAfterMs }, async () => {
    const stream = client.nextStream();
    client.write(headers(stream, post('/echo'), endHeaders));
    const piece = pad('x', 255);
    for (let i = 0; i < 4_000; i++) {
      await client.until(() => Math.min(client.window.of(stream), client.window.of(0)) >= piece.length);
      client.window.take(stream, piece.length);
      await client.writeSlowly(data(stream, piece, padded | (i === 3_999 ? endStream : 0)));
    }
    const outcome = await client.outcome(stream);
    assert.ok('status' in outcome);
    assert.equal(String(outcome.body), 'x'.repeat(4_000));
  });
  served.release();
});
