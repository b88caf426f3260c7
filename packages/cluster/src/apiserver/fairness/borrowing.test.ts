import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PriorityLevelConfigurationSpec, mandatoryPriorityLevels } from '@tiphys/sdk/api';
import { suggestedLevels } from '../upkeep/flow-control-objects.ts';
import { type Borrower, lend, SeatDemand } from './borrowing.ts';
import { concurrencyOf, sharesOf, widestOf } from './concurrency.ts';

const defaults = new Map(
  Object.entries({ ...Object.fromEntries(mandatoryPriorityLevels), ...suggestedLevels }) as [
    string,
    PriorityLevelConfigurationSpec,
  ][],
);
const shares = [...defaults.values()].reduce((sum, spec) => sum + sharesOf(spec), 0);
const borrower = (name: string, demand: Borrower['demand'] = { highest: 0, smoothed: 0 }): Borrower => ({
  ...concurrencyOf(defaults.get(name)!, { seats: 600, shares }),
  isExempt: name === 'exempt',
  current: 0,
  demand,
});

test('the seats that a new cluster has: as a kube-apiserver tells them', () => {
  const want: Record<string, [nominal: number, min: number, max: number, current: number]> = {
    'catch-all': [13, 13, 613, 30],
    exempt: [0, 0, 600, 0],
    'global-default': [49, 24, 649, 56],
    'leader-election': [25, 25, 625, 58],
    'node-high': [98, 73, 698, 170],
    system: [74, 50, 674, 117],
    'workload-high': [98, 49, 698, 114],
    'workload-low': [245, 24, 845, 56],
  };
  const names = Object.keys(want);
  const levels = names.map((name) => borrower(name));
  const { limits, fairFraction } = lend(levels);
  assert.deepEqual(
    Object.fromEntries(names.map((name, i) => [name, [levels[i]!.nominal, levels[i]!.min, levels[i]!.max, limits[i]]])),
    want,
  );
  assert.equal(fairFraction.toFixed(12), '2.333333333333');
});

test('the widest request of a level', () => {
  const spec = (queues: number, handSize: number) =>
    ({
      type: 'Limited',
      limited: { limitResponse: { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } } },
    }) as PriorityLevelConfigurationSpec;
  const table: [spec: PriorityLevelConfigurationSpec, nominal: number, want: number | undefined][] = [
    [spec(128, 6), 245, 37],
    [spec(128, 6), 49, 8],
    [spec(64, 6), 98, 15],
    [spec(16, 4), 25, 4],
    [spec(16, 8), 25, 3],
    [spec(128, 6), 2, 1],
    [defaults.get('catch-all')!, 13, undefined],
    [defaults.get('exempt')!, 0, undefined],
  ];
  for (const [of, nominal, want] of table) assert.equal(widestOf(of, nominal), want, `${nominal}`);
});

test('bounds of lending and borrowing', () => {
  const spec = (lendablePercent: number, borrowingLimitPercent?: number) =>
    ({
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 10,
        lendablePercent,
        ...(borrowingLimitPercent !== undefined && { borrowingLimitPercent }),
        limitResponse: { type: 'Reject' },
      },
    }) as PriorityLevelConfigurationSpec;
  const of = (s: PriorityLevelConfigurationSpec) => concurrencyOf(s, { seats: 100, shares: 30 });
  assert.deepEqual(of(spec(0)), { nominal: 34, min: 34, max: 134 });
  assert.deepEqual(of(spec(50, 50)), { nominal: 34, min: 17, max: 51 });
  assert.deepEqual(of(spec(100, 0)), { nominal: 34, min: 0, max: 34 });
  assert.deepEqual(of(spec(33)), { nominal: 34, min: 23, max: 134 });
});

test('a level that is short of seats borrows those that others leave, and gives them back', () => {
  const busy = borrower('workload-low', { highest: 400, smoothed: 400 });
  const idle = ['catch-all', 'global-default', 'leader-election', 'node-high', 'system', 'workload-high'].map((n) =>
    borrower(n),
  );
  const { limits } = lend([busy, ...idle]);
  assert.ok(limits[0]! > busy.nominal, String(limits[0]));
  const back = lend([busy, ...idle.map((l) => ({ ...l, demand: { highest: l.nominal, smoothed: l.nominal } }))]);
  assert.equal(back.limits[0], busy.nominal);
});

test('exempt requests come first: others keep what is left, down to what is theirs whatever happens', () => {
  const others = ['catch-all', 'workload-low', 'workload-high'].map((n) =>
    borrower(n, { highest: 300, smoothed: 300 }),
  );
  const nominal = others.reduce((s, l) => s + l.nominal, 0);
  const some = lend([borrower('exempt', { highest: 100, smoothed: 100 }), ...others]).limits;
  assert.equal(some[0], 100);
  for (const [i, l] of others.entries()) assert.ok(some[i + 1]! >= l.min && some[i + 1]! <= l.nominal);
  const all = lend([borrower('exempt', { highest: nominal, smoothed: 1 }), ...others]).limits;
  assert.deepEqual(
    all.slice(1),
    others.map((l) => l.min),
  );
});

test('nobody has fewer seats than are its own or more than it may borrow', () => {
  const level = fc
    .tuple(
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 0, max: 400 }),
      fc.float({ min: 0, max: 400, noNaN: true }),
    )
    .map(([nominal, lent, borrowed, highest, smoothed]): Borrower => ({
      nominal,
      min: nominal - Math.round((nominal * lent) / 100),
      max: nominal + borrowed,
      isExempt: false,
      current: nominal,
      demand: { highest, smoothed },
    }));
  fc.assert(
    fc.property(
      fc.array(level, { minLength: 1, maxLength: 10 }),
      fc.integer({ min: 0, max: 300 }),
      (levels, exempt) => {
        const free: Borrower = {
          ...levels[0]!,
          nominal: 0,
          min: 0,
          isExempt: true,
          demand: { highest: exempt, smoothed: 0 },
        };
        const { limits } = lend([...levels, free]);
        for (const [i, l] of levels.entries()) {
          assert.ok(limits[i]! >= l.min && limits[i]! <= l.max, JSON.stringify({ l, limit: limits[i] }));
        }
        assert.equal(limits.at(-1), exempt);
      },
    ),
  );
});

test('demand rises at once and falls by half in five minutes', () => {
  const demand = new SeatDemand();
  demand.update({ seconds: 10, average: 90, deviation: 10, highest: 130.4 });
  assert.deepEqual([demand.smoothed, demand.highest], [100, 130]);
  for (let i = 0; i < 30; i++) demand.update({ seconds: 10, average: 0, deviation: 0, highest: 0 });
  assert.ok(Math.abs(demand.smoothed - 50) < 1, String(demand.smoothed));
  demand.update({ seconds: 0, average: NaN, deviation: NaN, highest: 7 });
  assert.equal(demand.highest, 7);
  assert.ok(!Number.isNaN(demand.smoothed));
});
