import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { StatusError } from '@tiphys/sdk/machinery';
import { requestOf } from './request.ts';

const bodyOf = (...chunks: Buffer[]) => {
  const stream = Object.assign(Readable.from(chunks), { method: 'POST', url: '/', headers: {}, socket: {} });
  return requestOf(stream as unknown as IncomingMessage, new AbortController().signal).body();
};

test('a body comes whole, however it was cut', async () => {
  assert.equal(String(await bodyOf(Buffer.from('{"a"'), Buffer.from(':1}'))), '{"a":1}');
  assert.equal(String(await bodyOf()), '');
});

test('a body over 3 MiB is a 413 in upstream’s words', async () => {
  const half = Buffer.alloc(1.5 * 1024 * 1024 + 1);
  await assert.rejects(bodyOf(half, half), (err: StatusError) => {
    assert.equal(err.code, 413);
    assert.equal(err.reason, 'RequestEntityTooLarge');
    assert.equal(err.message, 'Request entity too large: limit is 3145728');
    return true;
  });
});
