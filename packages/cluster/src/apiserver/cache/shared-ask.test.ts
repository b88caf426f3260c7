import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SharedAsk } from './shared-ask.ts';

/** Questions that are answered when the test says so, with the number of what had happened by then. */
function questions() {
  const open: { answer: () => void; fail: (error: Error) => void }[] = [];
  const world = { now: 0, asked: 0, most: 0 };
  const ask = () =>
    new Promise<number>((resolve, reject) => {
      // What an answer tells may be as old as its question.
      const seen = world.now;
      world.asked++;
      open.push({ answer: () => resolve(seen), fail: reject });
      world.most = Math.max(world.most, open.length);
    });
  return { world, open, ask };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('those who come while an answer is awaited share the next question', async () => {
  const { world, open, ask } = questions();
  const shared = new SharedAsk(ask, async (n) => n);
  const first = shared.ask();
  world.now = 1;
  const later = Array.from({ length: 100 }, () => shared.ask());
  assert.equal(world.asked, 1);
  open.shift()!.answer();
  assert.equal(await first, 0);
  await turn();
  assert.equal(world.asked, 2);
  open.shift()!.answer();
  assert.deepEqual(new Set(await Promise.all(later)), new Set([1]));
  assert.equal(world.asked, 2);
});

test('a question that fails is asked again for those who came meanwhile', async () => {
  const { open, ask } = questions();
  const shared = new SharedAsk(ask, async (n) => n);
  const first = shared.ask();
  const second = shared.ask();
  open.shift()!.fail(new Error('lost'));
  await assert.rejects(first, /lost/);
  await turn();
  open.shift()!.answer();
  assert.equal(await second, 0);
});

test('the next question waits for the answer, not for what is made of it', async () => {
  const { world, open, ask } = questions();
  const shared = new SharedAsk(ask, () => new Promise<number>(() => {}));
  void shared.ask();
  void shared.ask();
  open.shift()!.answer();
  await turn();
  assert.equal(world.asked, 2);
});

test('nobody is told of less than had happened when they asked, and never are two questions under way', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('ask', 'happen', 'answer', 'fail', 'turn'), { maxLength: 60 }),
      async (steps) => {
        const { world, open, ask } = questions();
        const shared = new SharedAsk(ask, async (n) => n);
        const told: Promise<void>[] = [];
        const does = {
          ask: () => {
            const since = world.now;
            told.push(
              shared.ask().then(
                (n) => assert.ok(n >= since),
                (e: Error) => assert.equal(e.message, 'lost'),
              ),
            );
          },
          happen: () => void world.now++,
          answer: () => open.shift()?.answer(),
          fail: () => open.shift()?.fail(new Error('lost')),
          turn,
        };
        for (const step of steps) await does[step]();
        for (let i = 0; i < 4; i++) {
          await turn();
          open.shift()?.answer();
        }
        await Promise.all(told);
        assert.ok(world.most <= 1);
      },
    ),
  );
});
