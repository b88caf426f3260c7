import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { simServer } from '../sim/sim-server.ts';
import { aMap, configMaps, type Frame, type Lab, within } from './ask.ts';

const put = ({ ask }: Lab, name: string, labels: object = {}) =>
  ask('PUT', `${configMaps}/${name}`, { body: aMap(name, { metadata: { name, labels } }) });
const post = ({ ask }: Lab, name: string, labels: object = {}) =>
  ask('POST', configMaps, { body: aMap(name, { metadata: { name, labels } }) });
const next = async (frames: AsyncIterator<Frame>): Promise<Frame> => {
  const { done, value } = await frames.next();
  if (done) throw new Error('the watch has ended');
  return value as Frame;
};
const told = ({ type, object }: Frame) => `${type} ${object.metadata.name}`;

test('a watch of a selection tells what enters and leaves it', () =>
  within(async (lab) => {
    const frames = await lab.watch(`${configMaps}?watch=1&labelSelector=tint%3Dblue`);
    await post(lab, 'a', { tint: 'red' });
    await put(lab, 'a', { tint: 'blue' });
    await put(lab, 'a', { tint: 'blue', more: 'yes' });
    const left = (await put(lab, 'a', { tint: 'red' })).json.metadata.resourceVersion;
    assert.equal(told(await next(frames)), 'ADDED a');
    assert.equal(told(await next(frames)), 'MODIFIED a');
    const gone = await next(frames);
    assert.equal(told(gone), 'DELETED a');
    // As it was last when it belonged, at the revision at which it left.
    assert.equal(gone.object.metadata.labels.more, 'yes');
    assert.equal(gone.object.metadata.resourceVersion, left);
  }));

for (const path of [
  `${configMaps}?watch=1&fieldSelector=metadata.name%3Db`,
  '/api/v1/watch/namespaces/lab/configmaps/b?resourceVersion=0',
]) {
  test(`one object is watched through ${path.split('?')[0]}`, () =>
    within(async (lab) => {
      await post(lab, 'a');
      await post(lab, 'b');
      const frames = await lab.watch(path);
      assert.equal(told(await next(frames)), 'ADDED b');
      await put(lab, 'a', { x: 'y' });
      await put(lab, 'b', { x: 'y' });
      assert.equal(told(await next(frames)), 'MODIFIED b');
    }));
}

test('initial events end with a bookmark that says so', () =>
  within(async (lab) => {
    await post(lab, 'a');
    const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const frames = await lab.watch(`${configMaps}?${query}`);
    assert.equal(told(await next(frames)), 'ADDED a');
    const { type, object } = await next(frames);
    assert.equal(type, 'BOOKMARK');
    assert.deepEqual(object.metadata.annotations, { 'k8s.io/initial-events-end': 'true' });
    await post(lab, 'b');
    assert.equal(told(await next(frames)), 'ADDED b');
  }));

test('bookmarks come every minute and just before the end, with the revision that has been reached', () =>
  within(async (lab) => {
    const frames = await lab.watch(
      `${configMaps}?watch=1&allowWatchBookmarks=true&timeoutSeconds=90&labelSelector=none`,
    );
    const { resourceVersion } = (await post(lab, 'elsewhere')).json.metadata;
    const first = next(frames);
    await lab.clock.advance(60_000);
    const bookmark = await first;
    assert.equal(bookmark.type, 'BOOKMARK');
    // Nothing of the selection happened, and still the watcher learns how far it is.
    assert.equal(bookmark.object.metadata.resourceVersion, resourceVersion);
    const last = next(frames);
    await lab.clock.advance(28_000);
    assert.equal((await last).type, 'BOOKMARK');
    const end = frames.next();
    await lab.clock.advance(2_000);
    assert.equal((await end).done, true);
  }));

test('a watch from a revision that is gone is told 410 in the stream', async () => {
  const clock = new SimClock();
  const stop = new AbortController();
  const first = await simServer({ clock, random: seededRandom(1) }, stop.signal);
  // A server that starts on a store with a past knows nothing of it.
  for (let i = 0; i < 5; i++) {
    await first.store.txn({
      success: [{ op: 'put', key: '/registry/configmaps/lab/x', value: Buffer.from('{"metadata":{"name":"x"}}') }],
    });
  }
  const { ApiServer } = await import('tiphys/apiserver');
  const { nullLogger } = await import('@tiphys/sdk/runtime');
  const second = new ApiServer({ store: first.store, clock, random: seededRandom(2), log: nullLogger });
  await second.load(
    { filters: () => [], admission: () => [], endpoints: () => [], subresources: () => [], hooks: () => undefined },
    stop.signal,
  );
  const { status, body } = await second.handle({
    method: 'GET',
    path: `${configMaps}?watch=1&resourceVersion=2`,
    headers: {},
    user: { name: 'tester', groups: ['system:masters'], extra: {} },
    objects: false,
    signal: new AbortController().signal,
    body: () => Promise.resolve(undefined),
  });
  assert.equal(status, 200);
  assert.equal(body.type, 'stream');
  const lines: Frame[] = [];
  if (body.type === 'stream') for await (const chunk of body.chunks) lines.push(JSON.parse(String(chunk)) as Frame);
  assert.equal(lines.length, 1);
  assert.equal(lines[0]!.type, 'ERROR');
  assert.equal(lines[0]!.object.code, 410);
  assert.equal(lines[0]!.object.reason, 'Expired');
  stop.abort();
  await first.done;
});

test('a watcher that does not read loses its stream, and nobody else does', () =>
  within(async (lab) => {
    const { body } = await lab.server.handle({
      method: 'GET',
      path: `${configMaps}?watch=1`,
      headers: {},
      user: { name: 'tester', groups: ['system:masters'], extra: {} },
      objects: false,
      signal: new AbortController().signal,
      body: () => Promise.resolve(undefined),
    });
    assert.ok(body.type === 'stream');
    const gaveUp = new Promise<Error>((resolve, reject) =>
      body.push?.({ write: () => false, onceRoom: () => {}, end: reject, fail: resolve }),
    );
    const reader = await lab.watch(`${configMaps}?watch=1`);
    await post(lab, 'a');
    for (let i = 0; i < 4200; i++) {
      await put(lab, 'a', { i: String(i) });
      await next(reader);
    }
    assert.match(String(await gaveUp), /too slow/);
    await put(lab, 'a', { last: 'one' });
    assert.equal(told(await next(reader)), 'MODIFIED a');
  }));

test('more objects than may wait are told at the start all the same', () =>
  within(async (lab) => {
    const count = 4500;
    for (let i = 0; i < count; i++) await post(lab, `m-${i}`);
    const frames = await lab.watch(`${configMaps}?watch=1&resourceVersion=0`);
    for (let i = 0; i < count; i++) assert.equal((await next(frames)).type, 'ADDED');
    await put(lab, 'm-0', { x: 'y' });
    assert.equal(told(await next(frames)), 'MODIFIED m-0');
  }));

const refusals: [string, number][] = [
  ['resourceVersion=abc', 500],
  ['sendInitialEvents=true', 422],
  ['resourceVersionMatch=NotOlderThan', 422],
  ['timeoutSeconds=soon', 400],
];
for (const [query, status] of refusals) {
  test(`watch with ${query}: ${status}`, () =>
    within(async ({ ask }) => assert.equal((await ask('GET', `${configMaps}?watch=1&${query}`)).status, status)));
}
