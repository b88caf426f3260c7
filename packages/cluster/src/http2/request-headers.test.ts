import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderList } from './request-headers.ts';

type Field = readonly [name: string, value: string];
const line: Field[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/a'],
];

function listOf(fields: readonly Field[], largest = 10_000): HeaderList {
  const list = new HeaderList(largest);
  for (const [name, value] of fields) list.add(name, value);
  return list;
}

for (const [fields, want] of [
  [[...line, ['a', '1'], ['a', '2']], { a: '1, 2' }],
  [[...line, ['cookie', 'a=1'], ['cookie', 'b=2']], { cookie: 'a=1; b=2' }],
  [[...line, ['authorization', 'Bearer a'], ['authorization', 'Bearer b']], { authorization: 'Bearer a' }],
  [[...line, ['content-length', '3'], ['content-length', '3']], { 'content-length': '3' }],
  [
    [...line, ['te', 'trailers'], ['__proto__', 'x'], ['constructor', 'y']],
    { te: 'trailers', __proto__: 'x', constructor: 'y' },
  ],
  [
    [
      [':method', 'CONNECT'],
      [':authority', 'a:1'],
    ],
    { ':method': 'CONNECT' },
  ],
  [
    [
      [':method', 'OPTIONS'],
      [':scheme', 'https'],
      [':path', '*'],
    ],
    { ':path': '*' },
  ],
] as [Field[], Record<string, string>][]) {
  test(`a request: ${JSON.stringify(fields.slice(-2))}`, () => {
    const list = listOf(fields);
    assert.equal(list.problem(), undefined);
    for (const [name, value] of Object.entries(want)) assert.equal(list.headers[name], value);
    assert.equal(list.headers['toString'], undefined);
  });
}

for (const fields of [
  line.slice(1),
  [line[0], line[2]],
  line.slice(0, 2),
  [...line.slice(0, 2), [':path', '']],
  [...line.slice(0, 2), [':path', 'a']],
  [...line.slice(0, 2), [':path', '*']],
  [...line, line[0]],
  [...line, [':status', '200']],
  [...line, [':protocol', 'websocket']],
  [['a', '1'], ...line],
  [...line, ['A', '1']],
  [...line, ['', '1']],
  [...line, ['a b', '1']],
  [...line, ['a', '1\r\nb: 2']],
  [...line, ['a', '\0']],
  [...line, ['connection', 'close']],
  [...line, ['keep-alive', '1']],
  [...line, ['proxy-connection', 'x']],
  [...line, ['transfer-encoding', 'chunked']],
  [...line, ['upgrade', 'h2c']],
  [...line, ['te', 'gzip']],
  [...line, ['content-length', '3'], ['content-length', '4']],
  [[':method', 'CONNECT'], ...line.slice(1)],
] as Field[][]) {
  test(`no request: ${JSON.stringify(fields)}`, () => assert.notEqual(listOf(fields).problem(), undefined));
}

test('trailers have no request line', () => {
  assert.equal(listOf([['a', '1']]).problemOfTrailers(), undefined);
  assert.notEqual(listOf([[':path', '/']]).problemOfTrailers(), undefined);
  assert.notEqual(listOf([['A', '1']]).problemOfTrailers(), undefined);
});

test('what is too large is not kept', () => {
  const list = listOf([...line, ['a', 'x'.repeat(50)], ['b', 'x'.repeat(50)]], 250);
  assert.equal(list.isTooLarge, true);
  assert.equal(list.headers['b'], undefined);
});
