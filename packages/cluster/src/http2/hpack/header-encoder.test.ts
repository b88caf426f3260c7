import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderDecoder, HeaderEncoder } from './index.ts';

const hexOf = (block: Buffer): string => block.toString('hex');
const ascii = (text: string): string => Buffer.from(text).toString('hex');

test('a status takes a byte where it is in the static table, or has been sent before', () => {
  const encoder = new HeaderEncoder();
  const rows: readonly [status: number, hex: string][] = [
    [200, '88'],
    [204, '89'],
    [206, '8a'],
    [304, '8b'],
    [400, '8c'],
    [404, '8d'],
    [500, '8e'],
    [201, `4803${ascii('201')}`],
    [409, `4803${ascii('409')}`],
    [409, 'be'],
    [201, 'bf'],
  ];
  for (const [status, hex] of rows) assert.equal(hexOf(encoder.encode(status, {})), hex, String(status));
});

test('a header takes a byte when it is sent again', () => {
  const encoder = new HeaderEncoder();
  const headers = { 'content-type': 'application/json', 'x-kubernetes-pf-flowschema-uid': 'a' };
  const first = `885f10${ascii('application/json')}401e${ascii('x-kubernetes-pf-flowschema-uid')}0161`;
  assert.equal(hexOf(encoder.encode(200, headers)), first);
  assert.equal(hexOf(encoder.encode(200, headers)), '88bfbe');
  // Its name at least when it has another value.
  assert.equal(hexOf(encoder.encode(200, { 'x-kubernetes-pf-flowschema-uid': 'b' })), '887e0162');
  assert.equal(hexOf(encoder.encode(200, headers)), '88c0bf');
  assert.equal(hexOf(encoder.encode(200, { 'accept-encoding': 'gzip, deflate' })), '8890');
});

test('what differs each time takes no place in the table', () => {
  const encoder = new HeaderEncoder();
  for (const [name, hex] of Object.entries({ 'content-length': '0f0d', etag: '0f13', location: '0f1f' })) {
    for (let i = 0; i < 3; i++) assert.equal(hexOf(encoder.encode(200, { [name]: '7' })), `88${hex}0137`);
  }
  assert.equal(hexOf(encoder.encode(200, { 'content-length': 7 })), '880f0d0137');
  assert.equal(hexOf(encoder.encode(200, { 'audit-id': 'x' })), `880008${ascii('audit-id')}0178`);
});

test('a secret is to be indexed by nobody', () => {
  const encoder = new HeaderEncoder();
  for (let i = 0; i < 2; i++) {
    assert.equal(hexOf(encoder.encode(200, { 'set-cookie': ['a', 'b'] })), '881f2801611f280162');
    assert.equal(hexOf(encoder.encode(200, { authorization: 'a' })), '881f080161');
  }
});

test('other names whose values turn out to differ each time leave the table to the rest', () => {
  const encoder = new HeaderEncoder();
  for (let i = 0; i < 500; i++) {
    const { length } = encoder.encode(200, { 'x-trace': `${i}`, 'cache-control': 'no-cache, private' });
    if (i) assert.ok(length <= 2 + 2 + 'x-trace'.length + 3, `${length} bytes`);
  }
  encoder.encode(200, { 'x-trace': '499' });
  assert.equal(encoder.encode(200, { 'x-trace': '499' }).length, 2, 'one that comes again has its place');
});

test('the table shrinks and grows as the peer says, and is never larger than 4096', () => {
  const encoder = new HeaderEncoder();
  const next = () => hexOf(encoder.encode(200, { server: 'a' }));
  const first = '88760161';
  assert.equal(next(), first);
  const rows: readonly [sizes: readonly number[], hex: string][] = [
    [[], '88be'],
    [[4096], '88be'],
    [[2 ** 32 - 1], '88be'],
    [[1000], '3fc90788be'],
    [[1000], '88be'],
    [[50], '3f1388be'],
    [[38], '3f07880f270161'],
    [[200], `3fa901${first}`],
    [[0, 200], `203fa901${first}`],
    [[100, 0, 50, 4096], `203fe11f${first}`],
    [[3000, 4096], '3f99173fe11f88be'],
    [[1, 0], '20880f270161'],
  ];
  for (const [sizes, hex] of rows) {
    for (const size of sizes) encoder.resize(size);
    assert.equal(next(), hex, String(sizes));
  }
});

test('texts go out as UTF-8', () => {
  const encoder = new HeaderEncoder();
  assert.equal(hexOf(encoder.encode(200, { etag: 'ü€' })), '880f1305c3bce282ac');
  const long = 'ü'.repeat(100);
  assert.equal(hexOf(encoder.encode(200, { etag: long })), `880f137f49${ascii(long)}`);
  assert.equal(hexOf(encoder.encode(200, { etag: '\ud800' })), '880f1303efbfbd');
  // Its size in the table is that of its bytes: the peer has the same.
  const decoder = new HeaderDecoder();
  for (let i = 0; i < 200; i++) {
    const warning = `${'€'.repeat(90)}${i >> 1}`;
    decoder.decode(encoder.encode(200, { warning }), (name, value) => {
      if (name === 'warning') assert.equal(Buffer.from(value, 'latin1').toString(), warning);
    });
  }
});

test('large headers are sent whole, and room for them is not kept', () => {
  const encoder = new HeaderEncoder();
  const value = 'x'.repeat(100_000);
  const block = encoder.encode(200, { 'x-large': value, warning: ['a', value, 'b'] });
  const got: string[] = [];
  new HeaderDecoder().decode(block, (name, text) => void got.push(`${name}: ${text.length}`));
  assert.deepEqual(got, [':status: 3', 'x-large: 100000', 'warning: 1', 'warning: 100000', 'warning: 1']);
  assert.ok(encoder.encode(200, {}).buffer.byteLength < 20_000);
});
