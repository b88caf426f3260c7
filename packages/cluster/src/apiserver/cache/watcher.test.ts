import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
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
