import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standardKinds } from '../kinds.ts';
import { resourceOf } from '../registry/resource.ts';
import { Entry } from './entry.ts';
import { RecentEvents } from './recent-events.ts';
import { storedBody } from './stored.ts';

const resource = resourceOf(standardKinds.hubs.find((k) => k.plural === 'configmaps')!);
const entryAt = (revision: number, bytes = 0) => {
  const object = { metadata: { name: 'a', namespace: 'n' }, data: { k: 'x'.repeat(bytes) } };
  return new Entry(resource, `${resource.prefix}n/a`, storedBody(resource, object), revision);
};
const revisionsAfter = (events: RecentEvents, revision: number) =>
  [...events.after(revision)].map((e) => e.entry.revision);

test('every event after the start is there, in order', () => {
  const events = new RecentEvents(10);
  for (let r = 11; r <= 9000; r++) {
    events.push({ type: 'MODIFIED', entry: entryAt(r), prev: undefined });
    if (r % 500 === 0) {
      assert.deepEqual(
        revisionsAfter(events, events.start),
        Array.from({ length: r - events.start }, (_, i) => events.start + 1 + i),
      );
    }
  }
  assert.equal(events.start, 9000 - 4096);
  assert.deepEqual(revisionsAfter(events, 8998), [8999, 9000]);
});

test('large objects make it forget sooner, and never what was just told', () => {
  const events = new RecentEvents(0);
  for (let r = 1; r <= 400; r++) events.push({ type: 'MODIFIED', entry: entryAt(r, 100_000), prev: undefined });
  assert.equal(events.start, 400 - 256);
});
