import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SimClock } from '../testing/index.ts';
import { type Clock, systemClock } from './clock.ts';
import { Pacer } from './pacer.ts';

/** A clock on which only work takes time, and which counts the turns of the loop. */
class WorkClock {
  ms = 0;
  turns = 0;
  #next: Promise<void> | undefined;
  readonly clock: Clock = {
    ...systemClock,
    monotonic: () => this.ms,
    yield: () => (this.#next ??= systemClock.yield().then(() => this.#turned())),
  };

  #turned(): void {
    this.#next = undefined;
    this.turns++;
  }
}

/** A piece of work of so many milliseconds, some after each of the waits that need no turn of the loop. */
type Piece = readonly number[];

/** Does the pieces that come at once; answers which were done in which turn, and who after whom. */
async function paced(
  pieces: readonly Piece[],
  arrive: () => Promise<void> | undefined,
): Promise<{ order: number[]; stretches: number[][] }> {
  const time = new WorkClock();
  const pacer = new Pacer(time.clock);
  const order: number[] = [];
  const stretches: number[][] = [];
  const work = async (piece: Piece, n: number) => {
    await pacer.turn();
    order.push(n);
    (stretches[time.turns] ??= []).push(piece.reduce((a, b) => a + b, 0));
    for (const ms of piece) {
      time.ms += ms;
      await Promise.resolve();
    }
  };
  for (const [n, piece] of pieces.entries()) {
    void work(piece, n);
    await arrive();
  }
  while (order.length < pieces.length) await systemClock.yield();
  return { order, stretches: stretches.filter((s) => s !== undefined) };
}

const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0);
const pieces = fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }), { maxLength: 60 });

/** How they come: all together, or each when those before have done what they can. */
const arrivals = fc.constantFrom(
  () => undefined,
  () => new Promise<void>((resolve) => process.nextTick(resolve)),
);

test('whoever comes goes on in the order of asking', () =>
  fc.assert(
    fc.asyncProperty(pieces, arrivals, async (all, arrive) => {
      const { order } = await paced(all, arrive);
      assert.deepEqual(order, [...all.keys()]);
    }),
  ));

test('a stretch is used up before the next begins, and is no longer than its last few pieces more', () =>
  fc.assert(
    fc.asyncProperty(pieces, arrivals, async (all, arrive) => {
      const { stretches } = await paced(all, arrive);
      for (const s of stretches) assert.ok(sum(s.slice(0, -8)) < 5, `${String(s)}: the last pieces should have waited`);
      for (const s of stretches.slice(0, -1)) assert.ok(sum(s) >= 5, `${String(s)}: there was room for the next piece`);
    }),
  ));

test('who waits gets a turn of the loop in which nobody has worked yet', async () => {
  const time = new WorkClock();
  const pacer = new Pacer(time.clock);
  await pacer.turn();
  time.ms += 5;
  const waits = pacer.turn();
  await waits;
  assert.equal(time.turns, 2);
});

test('a loop of its own goes on within a turn while the stretch is short', async () => {
  const time = new WorkClock();
  const pacer = new Pacer(time.clock);
  for (let i = 0; i < 30; i++) {
    await pacer.turn();
    time.ms++;
  }
  // Six stretches of five, and a turn for others after each.
  assert.equal(time.turns, 10);
});

test('where no time passes nobody waits for a turn of the loop', async () => {
  const clock = new SimClock();
  const pacer = new Pacer(clock);
  let turned = false;
  setImmediate(() => (turned = true));
  let done = 0;
  const work = async () => {
    for (let i = 0; i < 10; i++) await pacer.turn();
    done++;
  };
  await Promise.all(Array.from({ length: 100 }, work));
  assert.deepEqual({ done, turned }, { done: 100, turned: false });
});

test('who asks alone goes on at once', async () => {
  const clock = new SimClock();
  const pacer = new Pacer(clock);
  assert.equal(pacer.turn(), undefined);
  await clock.advance(1000);
  assert.equal(pacer.turn(), undefined);
  await clock.settle();
  assert.equal(clock.pending, 0);
});

test('work that never waits lets timers in', async () => {
  const pacer = new Pacer(systemClock);
  let ticks = 0;
  const ticker = setInterval(() => ticks++, 1);
  const busy = async () => {
    await pacer.turn();
    const until = performance.now() + 2;
    while (performance.now() < until);
  };
  await Promise.all(Array.from({ length: 100 }, busy));
  clearInterval(ticker);
  // However slow the machine is: each turn of a few of them lets the timer in, all at once would have let it in once.
  assert.ok(ticks >= 10, `the timer was let in ${ticks} times`);
});
