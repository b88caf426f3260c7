import assert from 'node:assert/strict';
import { duplexPair, type Duplex } from 'node:stream';
import { test } from 'node:test';
import { splice } from './splice.ts';

/** near ⇄ (left ⇄ right) ⇄ far, the middle two spliced. */
function line(): { near: Duplex; far: Duplex; left: Duplex; right: Duplex } {
  const [near, left] = duplexPair();
  const [right, far] = duplexPair();
  splice(left, right);
  return { near, far, left, right };
}

/** All that a stream says; unlike its iterator, this leaves the other way open. */
function text(stream: Duplex): Promise<string> {
  let said = '';
  stream.setEncoding('utf8').on('data', (piece: string) => (said += piece));
  return new Promise((resolve) => stream.once('end', () => resolve(said)));
}

const closed = (stream: Duplex) => new Promise<void>((resolve) => stream.once('close', resolve));

test('bytes pass both ways, and the end of one way leaves the other', async () => {
  const { near, far } = line();
  near.end('question');
  assert.equal(await text(far), 'question');
  far.end('answer');
  assert.equal(await text(near), 'answer');
});

test('a side that breaks takes the other with it', async () => {
  const { left, right } = line();
  left.destroy(new Error('reset'));
  await closed(right);
  assert.ok(right.destroyed);
});

test('a side that has said all and then goes is still heard out', async () => {
  const { near, far, left, right } = line();
  const heard = text(far);
  near.end('last words');
  await new Promise((resolve) => left.once('end', resolve));
  left.destroy();
  assert.equal(await heard, 'last words');
  // What it still says is nobody's, but closing on it would take back the last words.
  far.write('a lot');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(right.destroyed, false);
  far.end();
  await closed(right);
});

test('a side that can not be told any more, once it has said all, does not break the other', async () => {
  const { near, far, left, right } = line();
  const over = closed(right);
  // As sockets that aren't to stay half open do: the end of what they read ends what is written to them.
  right.once('end', () => {
    right.end();
    near.write('more');
  });
  far.resume();
  far.end('last words');
  await over;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(left.destroyed, false);
  assert.equal(await text(near), 'last words');
  near.end();
  await closed(left);
});
