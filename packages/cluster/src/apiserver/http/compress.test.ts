import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { ServerResponse } from '../context.ts';
import { compressed, isToCompress } from './compress.ts';

const answer = (size: number, headers: ServerResponse['headers'] = { 'content-type': 'application/json' }) => ({
  status: 200,
  headers,
  body: { type: 'bytes' as const, pieces: [Buffer.alloc(size / 2, 'a'), Buffer.alloc(size / 2, 'b')] },
});
const large = 128 * 1024 + 2;

for (const [name, accepted, response, want] of [
  ['a large object', 'gzip', answer(large), true],
  ['one of several encodings', 'deflate, gzip, br', answer(large), true],
  ['no larger than the limit', 'gzip', answer(128 * 1024), false],
  ['a reader who does not say so', undefined, answer(large), false],
  ['a weight, which upstream does not read', 'gzip;q=1', answer(large), false],
  ['no object', 'gzip', answer(large, { 'content-type': 'text/plain' }), false],
  [
    'compressed already',
    'gzip',
    answer(large, { 'content-type': 'application/json', 'content-encoding': 'gzip' }),
    false,
  ],
] as const) {
  test(`compresses ${name}: ${want}`, () =>
    assert.equal(isToCompress({ 'accept-encoding': accepted }, response), want));
}

test('what was compressed reads as it was', async () => {
  const { headers, body } = await compressed(answer(large, { 'content-type': 'application/json', vary: 'Accept' }));
  assert.deepEqual([headers['content-encoding'], headers['vary']], ['gzip', 'Accept, Accept-Encoding']);
  assert.ok(body.type === 'bytes');
  assert.deepEqual(gunzipSync(Buffer.concat([...body.pieces])), Buffer.concat(answer(large).body.pieces));
});
