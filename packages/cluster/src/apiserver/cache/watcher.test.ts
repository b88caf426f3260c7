import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { Entry } from './entry.ts';
import { type Told, Watcher } from './watcher.ts';

/** Something that happens to one of three watchers: it is told, or takes what waits. */
const happening = fc.record({ who: fc.nat(2), what: fc.oneof(fc.nat(3), fc.constant('take' as const)) });

test('each watcher takes what it was told, once and in order, whatever others are told of the same', () =>
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
      const events = [1, 2, 3, 4].map((revision): Told => ({ type: 'BOOKMARK', revision }));
      const parties = [0, 1, 2].map(() => ({
        watcher: new Watcher({}, 0, { onClose: () => {} }),
        expected: [] as Told[],
        taken: [] as (readonly Told[])[],
      }));
      const take = ({ watcher, taken }: (typeof parties)[number]) => {
        const told = watcher.take();
        if (told) taken.push(told);
      };
      for (const { who, what } of happenings) {
        const party = parties[who]!;
        if (what === 'take') take(party);
        else {
          party.expected.push(events[what]!);
          party.watcher.tell(events[what]!);
        }
      }
      for (const party of parties) {
        take(party);
        assert.equal(party.watcher.take(), undefined);
        // What has been taken earlier is still what it was.
        assert.deepEqual(party.taken.flat(), party.expected);
      }
    }),
  ));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('what was there at the beginning lives no longer than it is told', async () => {
  async function* slices(there: readonly Entry[]): AsyncIterable<readonly Entry[]> {
    yield there;
  }
  const begun = () => {
    const there = [{} as Entry];
    return {
      watcher: new Watcher({}, 0, { initial: slices(there), onClose: () => {} }),
      there: new WeakRef(there),
    };
  };
  const { watcher, there } = begun();
  const told = watcher[Symbol.asyncIterator]();
  assert.equal(((await told.next()).value as readonly Told[]).length, 1);
  watcher.tell({ type: 'BOOKMARK', revision: 1 });
  assert.equal(((await told.next()).value as readonly Told[]).length, 1);
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  assert.equal(there.deref(), undefined);
  watcher.close();
});
