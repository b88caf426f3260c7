import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { systemClock } from '@tiphys/sdk/runtime';
import { Output } from './output.ts';

/** A socket that sends when it is told to, and copies only then: memory that is used again too early would show. */
function slowSocket() {
  const writes: Buffer[] = [];
  const waiting: (() => void)[] = [];
  const socket = new Writable({
    write(chunk: Buffer, _encoding, done) {
      waiting.push(() => {
        writes.push(Buffer.from(chunk));
        done();
      });
    },
  });
  return { socket, writes, send: () => waiting.shift()?.() };
}

const headBytes = 9;

test('a turn of the event loop goes out as one piece, in order', async () => {
  const { socket, writes, send } = slowSocket();
  const output = new Output(socket, systemClock, () => {});
  for (let i = 0; i < 40; i++) output.frame(0, 0, i, Buffer.alloc(i * 40, i));
  assert.equal(writes.length, 0);
  await systemClock.yield();
  send();
  assert.equal(writes.length, 1);
  let at = 0;
  for (let i = 0; i < 40; i++) {
    assert.equal(writes[0]!.readUIntBE(at, 3), i * 40);
    assert.equal(writes[0]!.readUInt32BE(at + 5), i);
    at += headBytes + i * 40;
    assert.ok(writes[0]!.subarray(at - i * 40, at).every((byte) => byte === i));
  }
  assert.equal(writes[0]!.length, at);
});

test('what is full says so, and when there is room again', async () => {
  const { socket, writes, send } = slowSocket();
  let rooms = 0;
  const output = new Output(socket, systemClock, () => rooms++);
  let frames = 0;
  while (!output.isFull) output.frame(0, 0, frames++, Buffer.alloc(16_384));
  assert.ok(frames * 16_384 < 512 * 1024);
  const sent = output.sent();
  while (output.pending) {
    send();
    await systemClock.yield();
  }
  await sent;
  assert.equal(rooms, 1);
  assert.equal(Buffer.concat(writes).length, frames * (headBytes + 16_384));
});

test('all that is said before the end is sent', async () => {
  const { socket, writes, send } = slowSocket();
  const output = new Output(socket, systemClock, () => {});
  output.frame(7, 0, 0, Buffer.from('farewell'));
  output.end();
  send();
  await systemClock.yield();
  assert.equal(writes[0]!.toString('latin1', headBytes), 'farewell');
  assert.ok(socket.writableFinished);
});
