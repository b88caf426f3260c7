import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slowStart } from './slow-start.ts';

test('batches double while all goes well', async () => {
  const batches: number[] = [];
  let open = 0;
  const once = async () => {
    if (open++ === 0) batches.push(0);
    batches[batches.length - 1]!++;
    await Promise.resolve();
    open--;
  };
  assert.equal(await slowStart(10, once), 10);
  assert.deepEqual(batches, [1, 2, 4, 3]);
  assert.equal(await slowStart(0, once), 0);
});

test('a failure ends it after its batch', async () => {
  let calls = 0;
  await assert.rejects(
    slowStart(100, (i) => (calls++, i === 4 ? Promise.reject(new Error('full')) : Promise.resolve())),
    /full/,
  );
  assert.equal(calls, 7);
});
