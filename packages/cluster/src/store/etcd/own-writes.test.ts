import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnWrites } from './own-writes.ts';

test('what was sent comes back itself, once', () => {
  const own = new OwnWrites();
  const sent = Buffer.from('a');
  own.sent('/k', sent);
  assert.equal(own.told('/k', Buffer.from('a')), sent);
  const again = own.told('/k', Buffer.from('a'));
  assert.notEqual(again, sent);
  assert.equal(Buffer.from(again).toString(), 'a');
});

test('what somebody else wrote is told as it is', () => {
  const own = new OwnWrites();
  own.sent('/k', Buffer.from('a'));
  assert.equal(Buffer.from(own.told('/k', Buffer.from('b'))).toString(), 'b');
  assert.equal(Buffer.from(own.told('/other', Buffer.from('a'))).toString(), 'a');
});

test('of what nobody tells the oldest is forgotten, and what wasn’t written', () => {
  const own = new OwnWrites();
  const values = Array.from({ length: 12 }, () => Buffer.alloc(2 ** 20));
  for (const [i, v] of values.entries()) own.sent(`/k${i}`, v);
  const kept = values.map((v, i) => own.told(`/k${i}`, Buffer.from(v)) === v);
  assert.deepEqual(kept, [...Array(4).fill(false), ...Array(8).fill(true)]);
  own.sent('/k', values[0]!);
  own.forget('/k');
  assert.notEqual(own.told('/k', Buffer.from(values[0]!)), values[0]);
});
