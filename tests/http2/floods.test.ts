import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import {
  data,
  endHeaders,
  endStream,
  type ErrorName,
  frame,
  headers,
  pad,
  padded,
  ping,
  reset,
  settings,
  windowUpdate,
} from './frames.ts';
import { indexed, remembered, request } from './header-block.ts';
import type { ListenerState } from './listener-process.ts';
import { assertOneOf, assertServed, hangsAfterMs, inShort, rowHangsAfterMs } from './outcomes.ts';
import { RawClient } from './raw-client.ts';
import { startListener } from './served.ts';

const MiB = 1024 * 1024;
/** How much memory a client may take while it floods, and what may be left of it once it has gone. */
const mostHeld = 8 * MiB;
const mostLeft = 2 * MiB;

interface Flood {
  readonly name: string;
  /** What comes first, and then so often. The streams are counted from 1. */
  readonly first?: readonly Uint8Array[];
  readonly again: (stream: number) => Uint8Array;
  readonly times: number;
  /** It ends the connection, by one of these. Otherwise a client may go on, if it reads what is answered. */
  readonly ends?: readonly ErrorName[];
  /** The client reads nothing of what comes. */
  readonly unread?: boolean;
}

const get = request('/status/204');
const post = request('/busy', [], 'POST');
const same = (bytes: Uint8Array) => () => bytes;
const tooMuch: readonly ErrorName[] = ['ENHANCE_YOUR_CALM'];

const floods: Flood[] = [
  { name: 'pings', again: same(ping()), times: 500_000, ends: tooMuch },
  { name: 'pings whose answers aren’t read', again: same(ping()), times: 500_000, unread: true },
  { name: 'settings', again: same(settings({})), times: 500_000, ends: tooMuch },
  { name: 'settings whose answers aren’t read', again: same(settings({})), times: 500_000, unread: true },
  {
    name: 'settings with thousands of entries',
    again: same(settings(Array.from({ length: 2_700 }, (_, i) => [4, 65_535 + i] as const))),
    times: 2_000,
    unread: true,
  },
  {
    name: 'priorities',
    again: same(frame('PRIORITY', 1, { payload: Buffer.alloc(5) })),
    times: 500_000,
    ends: tooMuch,
  },
  { name: 'frames that nobody knows', again: same(frame(0xfe, 0)), times: 500_000, ends: tooMuch },
  {
    name: 'empty parts of a body',
    first: [headers(1, post, endHeaders)],
    again: same(data(1, '')),
    times: 500_000,
    ends: tooMuch,
  },
  {
    name: 'parts of a body that are padding',
    first: [headers(1, post, endHeaders)],
    again: same(data(1, pad('', 255), padded)),
    times: 100_000,
    ends: tooMuch,
  },
  {
    name: 'more window',
    first: [headers(1, request('/held'))],
    again: same(windowUpdate(1, 1)),
    times: 500_000,
    unread: true,
  },
  {
    name: 'empty parts of a header block',
    first: [headers(1, get, endStream)],
    again: same(frame('CONTINUATION', 1)),
    times: 500_000,
    ends: tooMuch,
  },
  {
    name: 'a header block without end',
    first: [headers(1, get, endStream)],
    again: same(frame('CONTINUATION', 1, { payload: Buffer.alloc(16_384) })),
    times: 3_000,
    ends: tooMuch,
  },
  { name: 'requests that are wrong', again: (s) => headers(s, request('')), times: 100_000, unread: true },
  {
    name: 'requests, one after the other, whose answers aren’t read',
    again: (s) => headers(s, request('/heads/4000')),
    times: 100_000,
    unread: true,
  },
  {
    name: 'requests that are reset at once',
    again: (s) => Buffer.concat([headers(s, request('/busy')), reset(s)]),
    times: 50_000,
    ends: tooMuch,
  },
  {
    name: 'requests that have no right to a window',
    again: (s) => Buffer.concat([headers(s, request('/busy')), windowUpdate(s, 0)]),
    times: 50_000,
    ends: tooMuch,
  },
  {
    name: 'header blocks that unfold to gigabytes',
    first: [headers(1, Buffer.concat([get, remembered('x-a', 'a'.repeat(4_000))]))],
    again: (s) => headers(s + 2, Buffer.concat([get, Buffer.alloc(16_000, indexed(62))])),
    times: 300,
    unread: true,
  },
];

async function startProcess(t: TestContext): Promise<{ child: ChildProcess; state: () => Promise<ListenerState> }> {
  const child = fork(new URL('listener-process.js', import.meta.url), { execArgv: ['--expose-gc'] });
  t.after(() => void child.kill('SIGKILL'));
  const [first] = (await once(child, 'message')) as [ListenerState];
  return {
    child,
    async state() {
      child.send('how are you?');
      const [state] = (await once(child, 'message')) as [ListenerState];
      return { ...first, ...state };
    },
  };
}

test('who floods a server gets nothing of it, and others are served', { timeout: hangsAfterMs }, async (t) => {
  const { state } = await startProcess(t);
  const { port } = await state();
  const other = await RawClient.connect({ port });
  t.after(() => other.destroy());
  for (let i = 0; i < 100; i++) await assertServed(other);

  for (const { name, first = [], again, times, ends, unread } of floods) {
    await t.test(name, { timeout: rowHangsAfterMs }, async () => {
      const before = await state();
      const client = await RawClient.connect({ port });
      if (unread) client.socket.pause();
      client.write(...first);
      for (let sent = 0; sent < times;) {
        const some = Array.from({ length: Math.min(times - sent, 1_000) }, (_, i) => again(2 * (sent + i) + 1));
        client.write(...some);
        sent += some.length;
        // Who is refused stops, as its writes would fail.
        if (!client.socket.writable) break;
        await assertServed(other);
      }
      for (let i = 0; i < 20; i++) await assertServed(other);
      const during = await state();
      assert.ok(during.memory - before.memory < mostHeld, `${(during.memory - before.memory) / MiB} MiB are held`);
      if (ends) assertOneOf((await client.whenEnded()) ?? 'closed', ends);
      client.destroy();
      for (let i = 0; i < 20; i++) await assertServed(other);
      const after = await state();
      assert.ok(after.memory - before.memory < mostLeft, `${(after.memory - before.memory) / MiB} MiB are left`);
      // A handler that ends when it likes isn't called more often than streams may be open.
      assert.ok(after.running <= 4_096, `${after.running} requests of clients that are gone are worked on`);
    });
  }
});

test('header lists that are too large', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  const inFrames = (stream: number, block: Buffer): Buffer[] =>
    Array.from({ length: Math.ceil(block.length / 16_384) }, (_, i) => {
      const payload = block.subarray(16_384 * i, 16_384 * (i + 1));
      const flags = payload.length < 16_384 ? endHeaders : 0;
      return i === 0 ? headers(stream, payload, flags | endStream) : frame('CONTINUATION', stream, { payload, flags });
    });
  for (const [name, bytes, wanted] of [
    ['just below the limit', MiB - 2_000, ['200']],
    ['above it', MiB + 2_000, ['431']],
    ['far above it', 4 * MiB, ['goaway ENHANCE_YOUR_CALM', 'goaway PROTOCOL_ERROR']],
  ] as const) {
    await t.test(name, { timeout: rowHangsAfterMs }, async () => {
      const client = await listener.client();
      const stream = client.nextStream();
      client.write(...inFrames(stream, request('/bytes/10', [['x-large', 'x'.repeat(bytes)]])));
      assertOneOf(inShort(await client.outcome(stream)), wanted);
      if (!wanted[0].startsWith('goaway')) await assertServed(client);
      client.destroy();
    });
  }
  await t.test('which is where small fields grow', { timeout: rowHangsAfterMs }, async () => {
    const client = await listener.client();
    const stream = client.nextStream();
    const field = remembered('x-a', 'a'.repeat(4_000));
    client.write(...inFrames(stream, Buffer.concat([request('/bytes/10'), field, Buffer.alloc(20_000, indexed(62))])));
    assertOneOf(inShort(await client.outcome(stream)), ['431']);
    await assertServed(client);
  });
});

test('clients that cancel what they asked for are welcome', { timeout: hangsAfterMs }, async (t) => {
  const { served, ...listener } = await startListener(t);
  for (const [name, path, count, rounds] of [
    ['hundreds of watches, again and again', '/watch', 500, 8],
    ['all the watches that there may be', '/watch', 4_000, 1],
    ['hundreds of questions', '/held', 300, 4],
  ] as const) {
    await t.test(name, { timeout: rowHangsAfterMs }, async () => {
      const client = await listener.client();
      for (let round = 0; round < rounds; round++) {
        const streams = Array.from({ length: count }, () => client.get(path));
        await served.until(() => served.watching + served.running === count);
        if (path === '/watch') for (const stream of streams) assert.equal(await client.began(stream), 200);
        client.write(...streams.map((stream) => reset(stream)));
        await served.until(() => served.watching + served.running === 0);
        await assertServed(client);
      }
      client.destroy();
    });
  }
});

test('clients that ask for much at once are welcome', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  const client = await listener.client();
  const streams: number[] = [];
  client.write(
    ...Array.from({ length: 4_000 }, () => {
      const stream = client.nextStream();
      streams.push(stream);
      return Buffer.concat([headers(stream, request('/bytes/1000')), stream % 100 === 1 ? ping() : Buffer.alloc(0)]);
    }),
  );
  for (const stream of streams) assert.equal(inShort(await client.outcome(stream)), '200');
});
