import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { StatusError } from '@tiphys/sdk/machinery';
import { ClientAuthorities } from './client-authorities.ts';
import { Leaving } from './leaving.ts';
import { readableBody } from './readable-body.ts';
import { SocketRequest } from './request.ts';

const bodyOf = (...chunks: Buffer[]) => {
  const authorities = new ClientAuthorities({ clients: '', frontProxies: '' });
  const carrier = {
    body: readableBody(Readable.from(chunks)),
    socket: {} as TLSSocket,
    leaving: new Leaving(),
    authorities,
  };
  return new SocketRequest({ method: 'POST', headers: {} }, carrier).body();
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

test('a signal that is asked for late tells what has happened before', () => {
  const leaving = new Leaving();
  const { signal } = leaving;
  assert.equal(signal.aborted, false);
  leaving.leave();
  assert.ok(signal.aborted && leaving.gone);
  const late = new Leaving();
  late.leave();
  assert.ok(late.signal.aborted);
});
