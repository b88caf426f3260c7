import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  data,
  endHeaders,
  endStream,
  frame,
  headers,
  pad,
  padded,
  ping,
  reset,
  uint32,
  windowUpdate,
  withPriority,
} from './frames.ts';
import { block, type Field, request } from './header-block.ts';
import { assertOneOf, assertScope, hangsAfterMs, inShort, rowHangsAfterMs } from './outcomes.ts';
import { startListener } from './served.ts';

interface Row {
  readonly name: string;
  /** What a client writes for a stream of its own. */
  readonly write: (stream: number) => Uint8Array[];
  /** What may come of it. */
  readonly want: readonly string[];
  /** What is answered. */
  readonly body?: string;
}

const malformed = ['reset PROTOCOL_ERROR'];
const get = (more: readonly Field[] = [], path = '/bytes/10') => request(path, more);
const post = (more: readonly Field[] = [], path = '/echo') => request(path, more, 'POST');
/** A request that is its header block. */
const asked = (name: string, blockOfIt: Buffer, want: readonly string[] = ['200']): Row => ({
  name,
  write: (s) => [headers(s, blockOfIt)],
  want,
});
const dependency = (on: number) => Buffer.concat([uint32(on), Buffer.of(15)]);

const pseudo: Record<'method' | 'scheme' | 'path' | 'authority', Field> = {
  method: [':method', 'GET'],
  scheme: [':scheme', 'https'],
  path: [':path', '/bytes/10'],
  authority: [':authority', 'test'],
};
const { method, scheme, path, authority } = pseudo;

const heads: Row[] = [
  asked('as it should be', get()),
  asked('a method that nobody knows', request('/bytes/10', [], 'PURGE_ALL')),
  asked('a host instead of an authority', block(method, scheme, path, ['host', 'test'])),
  asked('no authority', block(method, scheme, path)),
  asked('an upper-case name', get([['X-Odd', 'a']]), malformed),
  ...['connection', 'proxy-connection', 'keep-alive', 'transfer-encoding', 'upgrade'].map((name) =>
    asked(
      `a field for one connection: ${name}`,
      get([[name, name === 'transfer-encoding' ? 'chunked' : 'x']]),
      malformed,
    ),
  ),
  asked('te: trailers', get([['te', 'trailers']])),
  asked('te: gzip', get([['te', 'gzip']]), malformed),
  asked('a pseudo field after others', block(method, scheme, ['accept', '*/*'], path, authority), malformed),
  asked('a pseudo field that nobody knows', block(method, scheme, path, authority, [':odd', 'x']), malformed),
  asked('a pseudo field of answers', block(method, scheme, path, authority, [':status', '200']), malformed),
  ...Object.values(pseudo).map((field) =>
    asked(`${field[0]} twice`, block(method, scheme, path, authority, field), malformed),
  ),
  ...[method, scheme, path].map((field) =>
    asked(`without ${field[0]}`, block(...[method, scheme, path, authority].filter((f) => f !== field)), malformed),
  ),
  asked('an empty path', block(method, scheme, [':path', ''], authority), malformed),
  asked('an empty method', block([':method', ''], scheme, path, authority), malformed),
  asked(
    'a method with a space',
    block([':method', 'GET /'], scheme, path, authority), // Go's server takes it.
    [...malformed, '400', '200'],
  ),
  asked('an empty name', get([['', 'x']]), malformed),
  asked('a name with a space', get([['a b', 'x']]), malformed),
  asked('a name with a colon', get([['a:b', 'x']]), malformed),
  asked('a name of other letters', get([['ä', 'x']]), malformed),
  ...['\0', '\n', '\r'].map((c) => asked(`a value with ${JSON.stringify(c)}`, get([['x-odd', `a${c}b`]]), malformed)),
  asked('a value with a tab and other letters', get([['x-odd', 'a\tä']])),
  asked('an empty value', get([['x-odd', '']])),
  asked('CONNECT', block([':method', 'CONNECT'], authority), [...malformed, '400', '404', '405', '501']),
  asked('CONNECT with a path', block([':method', 'CONNECT'], scheme, path, authority), malformed),
  asked('HEAD', request('/bytes/10', [], 'HEAD')),
];

const bodies: Row[] = [
  {
    name: 'a body in one frame',
    write: (s) => [headers(s, post(), endHeaders), data(s, 'hello', endStream)],
    want: ['200'],
    body: 'hello',
  },
  {
    name: 'an empty body',
    write: (s) => [headers(s, post(), endHeaders), data(s, '', endStream)],
    want: ['200'],
    body: '',
  },
  {
    name: 'empty frames between those that carry something',
    write: (s) => [
      headers(s, post(), endHeaders),
      ...['', 'hel', '', '', 'lo', ''].map((b) => data(s, b)),
      data(s, '', endStream),
    ],
    want: ['200'],
    body: 'hello',
  },
  {
    name: 'a length that fits',
    write: (s) => [headers(s, post([['content-length', '5']]), endHeaders), data(s, 'hel'), data(s, 'lo', endStream)],
    want: ['200'],
    body: 'hello',
  },
  {
    name: 'a longer body than announced',
    write: (s) => [headers(s, post([['content-length', '4']]), endHeaders), data(s, 'hello', endStream)],
    want: malformed,
  },
  {
    name: 'a longer body than announced, piece by piece',
    write: (s) => [headers(s, post([['content-length', '4']]), endHeaders), data(s, 'hel'), data(s, 'lo', endStream)],
    want: malformed,
  },
  {
    name: 'a shorter body than announced',
    write: (s) => [headers(s, post([['content-length', '6']]), endHeaders), data(s, 'hello', endStream)],
    want: [...malformed, '400'],
  },
  {
    name: 'a length, and no body at all',
    write: (s) => [headers(s, post([['content-length', '5']]))],
    // Go's server takes it for one without a body.
    want: [...malformed, '400', '200'],
  },
  {
    name: 'a length that is no number',
    write: (s) => [headers(s, post([['content-length', 'many']]), endHeaders), data(s, 'hello', endStream)],
    want: [...malformed, '400'],
  },
  {
    name: 'two lengths that differ',
    write: (s) => [
      headers(
        s,
        post([
          ['content-length', '5'],
          ['content-length', '6'],
        ]),
        endHeaders,
      ),
      data(s, 'hello', endStream),
    ],
    want: [...malformed, '400'],
  },
  {
    name: 'trailers',
    write: (s) => [headers(s, post(), endHeaders), data(s, 'hello'), headers(s, block(['x-sum', '1']))],
    want: ['200'],
    body: 'hello',
  },
  {
    name: 'trailers that end nothing',
    write: (s) => [headers(s, post(), endHeaders), data(s, 'hello'), headers(s, block(['x-sum', '1']), endHeaders)],
    want: malformed,
  },
  {
    name: 'a pseudo field in trailers',
    write: (s) => [headers(s, post(), endHeaders), data(s, 'hello'), headers(s, block([':path', '/']))],
    want: malformed,
  },
  {
    name: 'an upper-case name in trailers',
    write: (s) => [headers(s, post(), endHeaders), data(s, 'hello'), headers(s, block(['X-Sum', '1']))],
    want: malformed,
  },
  {
    name: 'an answer that does without the body, which still comes',
    write: (s) => [headers(s, post([], '/early'), endHeaders), data(s, 'hello'), ping()],
    want: ['200'],
    body: 'no need to read that',
  },
];

const odd: Row[] = [
  ...[0, 1, 255].map((bytes): Row => ({
    name: `${bytes} bytes of padding everywhere`,
    write: (s) => [
      frame('HEADERS', s, { flags: endHeaders | padded, payload: pad(post(), bytes) }),
      data(s, pad('hel', bytes), padded),
      data(s, pad('', bytes), padded),
      data(s, pad('lo', bytes), padded | endStream),
    ],
    want: ['200'],
    body: 'hello',
  })),
  {
    name: 'a priority with the request',
    write: (s) => [headers(s, Buffer.concat([dependency(0), get()]), endHeaders | endStream | withPriority)],
    want: ['200'],
  },
  {
    name: 'a priority and padding with the request',
    write: (s) => [
      headers(
        s,
        pad(Buffer.concat([dependency(2 ** 31 + s + 2), get()]), 9),
        endHeaders | endStream | withPriority | padded,
      ),
    ],
    want: ['200'],
  },
  {
    name: 'a request that depends on itself',
    write: (s) => [headers(s, Buffer.concat([dependency(s), get()]), endHeaders | endStream | withPriority)],
    // HTTP/2 has given priorities up: a server need not even look at them.
    want: [...malformed, 'goaway PROTOCOL_ERROR', '200'],
  },
  {
    name: 'priorities of streams that are idle, open and closed',
    write: (s) => [
      frame('PRIORITY', s + 100, { payload: dependency(0) }),
      headers(s, post(), endHeaders),
      frame('PRIORITY', s, { payload: dependency(s + 100) }),
      data(s, '', endStream),
      frame('PRIORITY', s, { payload: dependency(0) }),
    ],
    want: ['200'],
  },
  {
    name: 'a header block of one byte a frame',
    write: (s) => {
      const [first, ...rest] = [...get()].map((b) => Buffer.of(b));
      const last = rest.pop()!;
      return [
        headers(s, first!, endStream),
        ...rest.map((payload) => frame('CONTINUATION', s, { payload })),
        frame('CONTINUATION', s, { payload: last, flags: endHeaders }),
      ];
    },
    want: ['200', 'goaway ENHANCE_YOUR_CALM'],
  },
  {
    name: 'a header block in three frames, the first and the last of them empty',
    write: (s) => [
      headers(s, Buffer.alloc(0), endStream),
      frame('CONTINUATION', s, { payload: get() }),
      frame('CONTINUATION', s, { flags: endHeaders }),
    ],
    want: ['200'],
  },
  {
    name: 'frames of types that nobody knows',
    write: (s) => [
      frame(0x10, 0, { payload: 'priority update' }),
      frame(0xfe, s, { payload: 'x', flags: 0xff }),
      headers(s, post(), endHeaders),
      frame(0xfe, s, { payload: 'x', flags: 0xff }),
      data(s, 'hello', endStream),
      frame(0xfe, s),
    ],
    want: ['200'],
    body: 'hello',
  },
  {
    name: 'flags that nobody knows',
    write: (s) => [headers(s, post(), endHeaders | 0x52), data(s, 'hello', endStream | 0xf6)],
    want: ['200'],
    body: 'hello',
  },
  {
    name: 'the bit that is reserved',
    write: (s) => [headers(s + 2 ** 31, post(), endHeaders), data(s + 2 ** 31, 'hello', endStream)],
    want: ['200'],
    body: 'hello',
  },
  {
    name: 'no more window',
    write: (s) => [headers(s, request('/held')), windowUpdate(s, 0)],
    want: [...malformed, 'goaway PROTOCOL_ERROR'],
  },
  {
    name: 'more window than a number holds',
    write: (s) => [headers(s, request('/held')), windowUpdate(s, 2 ** 31 - 1)],
    want: ['reset FLOW_CONTROL_ERROR', 'goaway FLOW_CONTROL_ERROR'],
  },
  {
    name: 'a body after its end',
    write: (s) => [headers(s, request('/held')), data(s, 'more')],
    want: ['reset STREAM_CLOSED', 'goaway STREAM_CLOSED'],
  },
  {
    name: 'trailers after the end',
    write: (s) => [headers(s, request('/held')), headers(s, block(['x-sum', '1']))],
    want: ['reset STREAM_CLOSED', 'goaway STREAM_CLOSED'],
  },
];

for (const [what, rows] of Object.entries({ heads, bodies, odd })) {
  test(`what may come of requests: ${what}`, { timeout: hangsAfterMs }, async (t) => {
    const listener = await startListener(t);
    for (const { name, write, want, body } of rows) {
      await t.test(name, { timeout: rowHangsAfterMs }, async () => {
        const client = await listener.client();
        const stream = client.nextStream();
        client.write(...write(stream));
        const outcome = await client.outcome(stream);
        assertOneOf(inShort(outcome), want);
        if (body !== undefined && 'status' in outcome) assert.equal(String(outcome.body), body);
        await assertScope(client, inShort(outcome), listener);
        client.destroy();
      });
    }
  });
}

test('what a request says arrives as it was said', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  const client = await listener.client();
  const seen = async (fields: readonly Field[], head: Buffer = request('/seen?a=b%20c', fields, 'QUERY')) => {
    const stream = client.nextStream();
    client.write(headers(stream, head));
    const outcome = await client.outcome(stream);
    assert.ok('status' in outcome);
    return JSON.parse(String(outcome.body)) as { method: string; path: string; headers: Record<string, unknown> };
  };
  await t.test('method and path', { timeout: rowHangsAfterMs }, async () => {
    const { method: m, path: p } = await seen([]);
    assert.deepEqual([m, p], ['QUERY', '/seen?a=b%20c']);
  });
  for (const [name, fields, want] of [
    [
      'accept',
      [
        ['accept', 'a'],
        ['accept', 'b'],
      ],
      'a, b',
    ],
    [
      'cookie',
      [
        ['cookie', 'a=1'],
        ['cookie', 'b=2'],
      ],
      'a=1; b=2',
    ],
    [
      'x-remote-group',
      [
        ['x-remote-group', 'a'],
        ['x-remote-group', 'b'],
      ],
      'a, b',
    ],
    [
      'authorization',
      [
        ['authorization', 'Bearer a'],
        ['authorization', 'Bearer b'],
      ],
      'Bearer a',
    ],
    [
      'user-agent',
      [
        ['user-agent', 'a'],
        ['user-agent', 'b'],
      ],
      'a',
    ],
    ['x-odd', [['x-odd', '']], ''],
    ['x-letters', [['x-letters', 'ä\tö']], 'ä\tö'],
    ['x-none', [], undefined],
  ] as readonly (readonly [string, readonly Field[], string | undefined])[]) {
    await t.test(`${name}: ${fields.length}`, { timeout: rowHangsAfterMs }, async () => {
      assert.equal((await seen(fields)).headers[name], want);
    });
  }
});

test('answers without a body end with their head', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  const client = await listener.client();
  for (const [name, head] of [
    ['204', request('/status/204')],
    ['304', request('/status/304')],
    ['HEAD', request('/bytes/10', [], 'HEAD')],
    ['HEAD of what streams', request('/chunks/100000', [], 'HEAD')],
  ] as const) {
    await t.test(name, { timeout: rowHangsAfterMs }, async () => {
      const stream = client.nextStream();
      client.write(headers(stream, head));
      const outcome = await client.outcome(stream);
      assertOneOf(inShort(outcome), ['200', '204', '304']);
      const bytes = client.got('DATA', stream).reduce((sum, f) => sum + f.payload.length, 0);
      assert.equal(bytes, 0);
      if (name !== 'HEAD of what streams') {
        assert.deepEqual(
          client.got('HEADERS', stream).map((f) => f.flags & endStream),
          [endStream],
        );
      }
    });
  }
});

test('who asks first whether to send is told to', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  const client = await listener.client();
  const stream = client.nextStream();
  client.write(headers(stream, post([['expect', '100-continue']]), endHeaders));
  await client.until(() => client.got('HEADERS', stream).length);
  client.write(data(stream, 'hello', endStream));
  const outcome = await client.outcome(stream);
  assert.ok('status' in outcome);
  assert.deepEqual([outcome.status, String(outcome.body)], [200, 'hello']);
  assert.equal(client.got('HEADERS', stream).length, 2);
});

test('a body that is too large is refused, and its connection goes on', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  const client = await listener.client();
  const stream = client.nextStream();
  client.write(headers(stream, post(), endHeaders));
  await client.upload(stream, Buffer.alloc(3 * 1024 * 1024 + 1));
  const outcome = await client.outcome(stream);
  assert.equal(inShort(outcome), '413');
  await assertScope(client, '413', listener);
});

test(
  'who still sends after the answer is told that nobody reads it, by no error',
  { timeout: hangsAfterMs },
  async (t) => {
    const listener = await startListener(t);
    const client = await listener.client();
    const stream = client.nextStream();
    client.write(headers(stream, post([], '/early'), endHeaders), data(stream, 'hello'));
    assert.equal(inShort(await client.outcome(stream)), '200');
    await client.until(() => client.got('RST_STREAM', stream).length);
    assert.deepEqual(
      client.got('RST_STREAM', stream).map((f) => f.payload.readUInt32BE(0)),
      [0],
    );
    // What was under way is nobody's fault.
    client.write(data(stream, 'world'), windowUpdate(stream, 10), data(stream, '', endStream), reset(stream));
    await assertScope(client, '200', listener);
  },
);
