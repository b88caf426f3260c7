import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ack,
  data,
  endHeaders,
  type ErrorName,
  frame,
  goaway,
  headers,
  largestWindow,
  padded,
  ping,
  preface,
  reset,
  settings,
  uint32,
  windowUpdate,
} from './frames.ts';
import { indexed, integer, remembered, request, tableSize } from './header-block.ts';
import { assertOneOf, assertServed, hangsAfterMs, rowHangsAfterMs } from './outcomes.ts';
import type { RawClient } from './raw-client.ts';
import { startListener } from './served.ts';

/** What a client writes that has asked on the streams 1 and 3: the one is answered, the other is held. Next would be 5. */
const ended = 1;
const open = 3;
const next = 5;

const post = (path = '/busy') => request(path, [], 'POST');
/** A field with a name of Huffman's code. */
const inHuffman = (...bytes: readonly number[]) => Buffer.from([0x00, 0x80 | bytes.length, ...bytes, 0x01, 0x78]);
const asked = (...more: readonly Uint8Array[]) => [headers(next, Buffer.concat([request('/bytes/10'), ...more]))];

const errors: Record<string, readonly [error: ErrorName | readonly ErrorName[], frames: readonly Uint8Array[]]> = {
  'a body on no stream': ['PROTOCOL_ERROR', [data(0, 'x')]],
  'a body on a stream that was never asked on': ['PROTOCOL_ERROR', [data(next, 'x')]],
  'padding as long as its frame': [
    'PROTOCOL_ERROR',
    [headers(next, post(), endHeaders), data(next, '\x06hello', padded)],
  ],
  'padding without room for its length': [
    ['FRAME_SIZE_ERROR', 'PROTOCOL_ERROR'],
    [headers(next, post(), endHeaders), data(next, '', padded)],
  ],
  'padding longer than a header block': ['PROTOCOL_ERROR', [headers(next, Buffer.of(9, 0x82), endHeaders | padded)]],
  'a request on no stream': ['PROTOCOL_ERROR', [headers(0, request('/'))]],
  "a request on one of the server's streams": ['PROTOCOL_ERROR', [headers(4, request('/'))]],
  'a request on an earlier stream': [
    ['PROTOCOL_ERROR', 'STREAM_CLOSED'],
    [headers(next + 2, request('/held')), headers(next, request('/'))],
  ],
  'a reset of no stream': ['PROTOCOL_ERROR', [reset(0)]],
  'a reset of a stream that was never asked on': ['PROTOCOL_ERROR', [reset(next)]],
  'a reset with too little': ['FRAME_SIZE_ERROR', [frame('RST_STREAM', open, { payload: 'abc' })]],
  'a priority of no stream': ['PROTOCOL_ERROR', [frame('PRIORITY', 0, { payload: Buffer.alloc(5) })]],
  'settings of a stream': ['PROTOCOL_ERROR', [frame('SETTINGS', open)]],
  'settings with too little': ['FRAME_SIZE_ERROR', [frame('SETTINGS', 0, { payload: 'abcde' })]],
  'settings acknowledged with something': [
    'FRAME_SIZE_ERROR',
    [frame('SETTINGS', 0, { flags: ack, payload: 'abcdef' })],
  ],
  'a setting: push, by 2': ['PROTOCOL_ERROR', [settings([[2, 2]])]],
  'a setting: too large a window': ['FLOW_CONTROL_ERROR', [settings([[4, 2 ** 31]])]],
  'a setting: too small a frame': ['PROTOCOL_ERROR', [settings([[5, 16_383]])]],
  'a setting: too large a frame': ['PROTOCOL_ERROR', [settings([[5, 2 ** 24]])]],
  'a setting that takes the window of a stream past what a number holds': [
    'FLOW_CONTROL_ERROR',
    [settings([[4, 65_535]]), windowUpdate(open, 100), settings([[4, largestWindow]])],
  ],
  'a push': ['PROTOCOL_ERROR', [frame('PUSH_PROMISE', open, { flags: endHeaders, payload: uint32(2) })]],
  'a ping of a stream': ['PROTOCOL_ERROR', [frame('PING', open, { payload: 'a ping..' })]],
  'a ping with too little': ['FRAME_SIZE_ERROR', [ping('a ping.')]],
  'a farewell of a stream': ['PROTOCOL_ERROR', [frame('GOAWAY', open, { payload: uint32(0, 0) })]],
  'a farewell with too little': ['FRAME_SIZE_ERROR', [frame('GOAWAY', 0, { payload: 'abc' })]],
  'no more window for all': ['PROTOCOL_ERROR', [windowUpdate(0, 0)]],
  'more window for all than a number holds': ['FLOW_CONTROL_ERROR', [windowUpdate(0, largestWindow)]],
  'a window with too little': ['FRAME_SIZE_ERROR', [frame('WINDOW_UPDATE', 0, { payload: 'abc' })]],
  'a window of a stream that was never asked on': ['PROTOCOL_ERROR', [windowUpdate(next, 1)]],
  'a block that goes on before it began': ['PROTOCOL_ERROR', [frame('CONTINUATION', next, { flags: endHeaders })]],
  'a block that goes on after its end': [
    'PROTOCOL_ERROR',
    [headers(next, request('/held')), frame('CONTINUATION', next, { flags: endHeaders })],
  ],
  'a block that goes on elsewhere': [
    'PROTOCOL_ERROR',
    [headers(next, request('/'), 0), frame('CONTINUATION', next + 2, { flags: endHeaders })],
  ],
  'a block between whose parts is a ping': ['PROTOCOL_ERROR', [headers(next, request('/'), 0), ping()]],
  'a block between whose parts is what nobody knows': [
    'PROTOCOL_ERROR',
    [headers(next, request('/'), 0), frame(0xfe, 0)],
  ],
  'a frame larger than the server takes': [
    'FRAME_SIZE_ERROR',
    [headers(next, post(), endHeaders), data(next, Buffer.alloc(2 ** 24 - 1))],
  ],
  'a frame that nobody knows, and larger': [
    'FRAME_SIZE_ERROR',
    [frame(0xfe, 0, { payload: Buffer.alloc(2 ** 24 - 1) })],
  ],
  'the field of number 0': ['COMPRESSION_ERROR', asked(indexed(0))],
  'a field past the tables': ['COMPRESSION_ERROR', asked(indexed(62))],
  'a field that the table has lost': [
    'COMPRESSION_ERROR',
    asked(
      remembered('x-a', 'a'.repeat(2_000)),
      remembered('x-b', 'b'.repeat(2_000)),
      remembered('x-c', 'c'.repeat(2_000)),
      indexed(64),
    ),
  ],
  'a number that doesn’t end': ['COMPRESSION_ERROR', asked(Buffer.from([0xff, ...Array<number>(20).fill(0xff), 1]))],
  'a name past the block': ['COMPRESSION_ERROR', asked(Buffer.from([0x00, 0x05, 0x61]))],
  'a value past the block': ['COMPRESSION_ERROR', asked(Buffer.from([0x00, 0x01, 0x61, 0x7f, 0x61]))],
  'a block that ends within a number': ['COMPRESSION_ERROR', asked(Buffer.of(0xff))],
  'Huffman: eight bits of padding': ['COMPRESSION_ERROR', asked(inHuffman(0x1f, 0xff))],
  'Huffman: padding of zeros': ['COMPRESSION_ERROR', asked(inHuffman(0x18))],
  'Huffman: the end of all': ['COMPRESSION_ERROR', asked(inHuffman(0xff, 0xff, 0xff, 0xff))],
  'a larger table than the server wants': [
    'COMPRESSION_ERROR',
    [headers(next, Buffer.concat([tableSize(2 ** 20), request('/')]))],
  ],
  'another size of the table amid a block': ['COMPRESSION_ERROR', asked(remembered('x-a', 'a'), tableSize(0))],
  'a block of which nothing is right': [
    'COMPRESSION_ERROR',
    [headers(next, Buffer.concat([integer(2 ** 40, 7, 0x80)]))],
  ],
};

test('what ends a connection, and no other', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  const other = await listener.client();
  for (const [name, [error, frames]] of Object.entries(errors)) {
    await t.test(name, { timeout: rowHangsAfterMs }, async () => {
      const client = await listener.client();
      await client.outcome(client.get('/bytes/10'));
      client.get('/held');
      client.write(...frames);
      assertOneOf((await client.whenEnded()) ?? 'closed', [error].flat());
      await assertServed(other);
      client.destroy();
    });
  }
  // Whoever waited on those connections has gone with them.
  await listener.served.until(
    () => listener.served.running <= Object.values(errors).filter(([, f]) => f.length > 1).length,
  );
});

const harmless: Record<string, readonly Uint8Array[]> = {
  'a ping': [ping()],
  'a ping that answers none': [ping('answer..', ack)],
  'a setting that nobody knows': [settings([[0x99, 7]])],
  'no settings': [settings({})],
  'settings that contradict each other': [
    settings([
      [4, 0],
      [4, largestWindow],
    ]),
  ],
  'a window of a stream that has ended': [windowUpdate(ended, 100)],
  'a reset of a stream that has ended': [reset(ended)],
  'a reset of a stream that is held': [reset(open, 'NO_ERROR'), windowUpdate(open, 5), reset(open)],
  'a priority of a stream that was never asked on': [frame('PRIORITY', next, { payload: Buffer.alloc(5) })],
  'a frame that nobody knows': [frame(0xfe, next, { payload: 'whatever' })],
  'what is sent to a stream after its reset': [
    headers(next, post('/held'), endHeaders),
    reset(next),
    data(next, 'was under way'),
  ],
  'a smaller table, twice': [headers(next, Buffer.concat([tableSize(0), tableSize(100), request('/bytes/10')]))],
};

test('what harms nobody', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  for (const [name, frames] of Object.entries(harmless)) {
    await t.test(name, { timeout: rowHangsAfterMs }, async () => {
      const client = await listener.client();
      await client.outcome(client.get('/bytes/10'));
      client.get('/held');
      client.write(...frames);
      client.nextStream();
      await assertServed(client);
      client.destroy();
    });
  }
});

test('what one request lets be remembered the next may name', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  const client = await listener.client();
  const streams = [
    remembered('x-a', 'first'),
    indexed(62),
    Buffer.concat([remembered('x-b', 'second'), indexed(63)]),
  ].map((more) => {
    const stream = client.nextStream();
    client.write(headers(stream, Buffer.concat([request('/seen'), more])));
    return stream;
  });
  const seen = [];
  for (const stream of streams) {
    const outcome = await client.outcome(stream);
    assert.ok('status' in outcome);
    const { headers: fields } = JSON.parse(String(outcome.body)) as { headers: Record<string, string> };
    seen.push([fields['x-a'], fields['x-b']]);
  }
  assert.deepEqual(seen, [
    ['first', undefined],
    ['first', undefined],
    ['first', 'second'],
  ]);
});

test('a refused request leaves the table as it would be', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  const client = await listener.client();
  const [bad, good] = [client.nextStream(), client.nextStream()];
  client.write(
    headers(bad, Buffer.concat([request('/seen', [['connection', 'close']]), remembered('x-a', 'kept')])),
    headers(good, Buffer.concat([request('/seen'), indexed(62)])),
  );
  assert.deepEqual(await client.outcome(bad), { reset: 'PROTOCOL_ERROR' });
  const outcome = await client.outcome(good);
  assert.ok('status' in outcome);
  assert.match(String(outcome.body), /"x-a":"kept"/);
});

test(
  'pings and settings are acknowledged, in order and with what they brought',
  { timeout: hangsAfterMs },
  async (t) => {
    const listener = await startListener(t);
    const client = await listener.client();
    const sent = Array.from({ length: 50 }, (_, i) => `ping ${String(i).padStart(3)}`);
    client.write(...sent.map((what) => ping(what)));
    await client.until(() => client.got('PING').length === sent.length);
    assert.deepEqual(
      client.got('PING').map((f) => [f.flags, String(f.payload)]),
      sent.map((what) => [ack, what]),
    );
    await client.until(() => client.got('SETTINGS').some((f) => f.flags === ack));
  },
);

test('a body that is larger than the window that the server gives', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  for (const [name, of, wanted] of [
    ['its stream', next, ['reset FLOW_CONTROL_ERROR', 'goaway FLOW_CONTROL_ERROR']],
    ['its connection', 0, ['goaway FLOW_CONTROL_ERROR']],
  ] as const) {
    await t.test(name, { timeout: rowHangsAfterMs }, async () => {
      const client = await listener.client();
      await client.outcome(client.get('/bytes/10'));
      // Several streams, each within its own, are needed for the connection's.
      const [sent, streams] = [of === 0 ? client.window.of(0) : 0, [] as number[]];
      const overfill = async (stream: number, bytes: number) => {
        client.write(headers(stream, post(), endHeaders));
        for (let left = bytes; left > 0 && !client.ended; left -= 16_384) {
          await client.writeSlowly(data(stream, Buffer.alloc(Math.min(left, 16_384))));
        }
      };
      for (let left = sent + 1; of === 0 && left > 0; left -= client.window.of(next + 1_000)) {
        streams.push(client.nextStream());
        await overfill(streams.at(-1)!, Math.min(left, client.window.of(next + 1_000)));
      }
      if (of !== 0) {
        streams.push(client.nextStream());
        await overfill(streams[0]!, client.window.of(streams[0]!) + 1);
      }
      const outcome = await client.outcome(streams.at(-1)!);
      assertOneOf(
        'reset' in outcome ? `reset ${outcome.reset}` : `goaway ${'goaway' in outcome ? outcome.goaway : ''}`,
        wanted,
      );
      client.destroy();
    });
  }
});

test('how a connection begins', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  const silent = (): Promise<RawClient> => listener.client({ silent: true });
  const hello = [preface, settings({ headerTableSize: 0 })];

  for (const [name, bytes] of [
    ['by another protocol', Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
    ['by a preface that is almost right', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\t')],
    ['by no settings', Buffer.concat([preface, ping()])],
    ['by settings that are acknowledged', Buffer.concat([preface, frame('SETTINGS', 0, { flags: ack }), ping()])],
  ] as const) {
    await t.test(name, { timeout: rowHangsAfterMs }, async () => {
      const client = await silent();
      client.write(bytes);
      assertOneOf((await client.whenEnded()) ?? 'closed', ['PROTOCOL_ERROR', 'closed']);
      client.destroy();
    });
  }
  await t.test('byte by byte', { timeout: rowHangsAfterMs }, async () => {
    const client = await silent();
    const first = client.nextStream();
    for (const byte of Buffer.concat([...hello, headers(first, request('/bytes/10'))])) {
      await new Promise<void>((resolve) => void client.socket.write(Buffer.of(byte), () => resolve()));
    }
    const outcome = await client.outcome(first);
    assert.ok('status' in outcome && outcome.status === 200);
    client.destroy();
  });
  await t.test('all at once', { timeout: rowHangsAfterMs }, async () => {
    const client = await silent();
    const first = client.nextStream();
    client.write(...hello, headers(first, request('/bytes/10')));
    const outcome = await client.outcome(first);
    assert.ok('status' in outcome && outcome.status === 200);
    client.destroy();
  });
  await t.test('half, and then by silence, which is in nobody’s way', { timeout: rowHangsAfterMs }, async () => {
    const client = await silent();
    client.write(preface.subarray(0, 10));
    await assertServed(await listener.client());
    client.destroy();
  });
  await t.test('by silence, and then by going', { timeout: rowHangsAfterMs }, async () => {
    const client = await silent();
    client.socket.end();
    assert.equal(await client.whenEnded(), undefined);
  });
});

test('a client that says farewell gets the answers that are under way', { timeout: hangsAfterMs }, async (t) => {
  const { served, ...listener } = await startListener(t);
  const client = await listener.client();
  const streams = [client.get('/held'), client.get('/held')];
  await served.until(() => served.running === 2);
  client.write(goaway());
  served.release();
  for (const stream of streams) assert.equal(((await client.outcome(stream)) as { status?: number }).status, 200);
  client.socket.end();
  await client.whenEnded();
});

test(
  'a client that says nothing more still gets its answers, or is gone for all',
  { timeout: hangsAfterMs },
  async (t) => {
    const { served, ...listener } = await startListener(t);
    const client = await listener.client();
    const stream = client.get('/held');
    client.get('/watch');
    await served.until(() => served.running === 1 && served.watching === 1);
    client.socket.end();
    // As upstream's server sees it, who won't ask any more won't read either: nothing may go on for it.
    await served.until(() => served.watching === 0 && served.running === 0);
    await client.outcome(stream);
  },
);
