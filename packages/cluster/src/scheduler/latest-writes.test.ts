import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimClock } from '@tiphys/sdk/testing';
import { LatestWrites } from './latest-writes.ts';

function setUp() {
  const clock = new SimClock();
  const done: string[] = [];
  const writes = new LatestWrites<Record<string, string>>({
    async send(key, value) {
      await clock.sleep(100);
      if (value['is'] === 'bad') throw new Error('refused');
      done.push(`${key} ${JSON.stringify(value)}`);
    },
    merge: (waiting, newer) => ({ ...waiting, ...newer }),
  });
  return { clock, writes, done };
}

test('what waits behind a write is merged into one; other keys go their own way', async () => {
  const { clock, writes, done } = setUp();
  const all = [writes.write('a', { n: '1' }), writes.write('a', { n: '2', x: '2' }), writes.write('a', { n: '3' })];
  all.push(writes.write('b', { n: '1' }));
  await clock.advance(100);
  assert.deepEqual(done, ['a {"n":"1"}', 'b {"n":"1"}']);
  await clock.advance(100);
  assert.deepEqual(done.at(-1), 'a {"n":"3","x":"2"}');
  assert.equal(done.length, 3);
  await Promise.all(all);
});

test('settled forgets what waits and waits for what is under way', async () => {
  const { clock, writes, done } = setUp();
  assert.equal(writes.settled('a'), undefined);
  void writes.write('a', { n: '1' });
  void writes.write('a', { n: '2' });
  await clock.runUntil(writes.settled('a')!);
  await clock.advance(1000);
  assert.deepEqual(done, ['a {"n":"1"}']);
});

test('a refusal is told to the writer, and the next write is made', async () => {
  const { clock, writes, done } = setUp();
  const refused = writes.write('a', { is: 'bad' });
  await Promise.all([assert.rejects(refused, /refused/), clock.advance(100)]);
  await Promise.all([writes.write('a', { n: '2' }), clock.advance(100)]);
  assert.deepEqual(done, ['a {"n":"2"}']);
});
