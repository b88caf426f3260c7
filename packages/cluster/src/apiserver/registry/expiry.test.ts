import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, type EventManifest } from '@tiphys/sdk/api';
import { createClient } from '@tiphys/sdk/client';
import { isNotFound } from '@tiphys/sdk/machinery';
import { nullLogger, seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { MemoryBackend } from '../../store/index.ts';
import { ApiServer } from '../server.ts';
import { Expiry } from './expiry.ts';

const minutes = (n: number) => n * 60_000;

test('writes of about the same time share a lease', async () => {
  const clock = new SimClock();
  const store = new MemoryBackend(clock);
  const expiry = new Expiry(store, clock, 3600);
  const first = await expiry.lease();
  assert.equal(await expiry.lease(), first);
  await clock.advance(minutes(2));
  assert.notEqual(await expiry.lease(), first);
  await store.close();
});

const lives: [title: string, ttlSeconds: number | undefined, isThere: [afterMinutes: number, isThere: boolean][]][] = [
  [
    'an hour',
    undefined,
    [
      [55, true],
      [65, false],
    ],
  ],
  [
    'as long as the server is told',
    600,
    [
      [9, true],
      [12, false],
    ],
  ],
  [
    'for ever when the server is told so',
    0,
    [
      [65, true],
      [60 * 24 * 30, true],
    ],
  ],
];
for (const [title, ttlSeconds, moments] of lives) {
  test(`an event is there after it was last written: ${title}`, async () => {
    const stop = new AbortController();
    const clock = new SimClock();
    const store = new MemoryBackend(clock);
    const server = new ApiServer({ store, clock, random: seededRandom(1), log: nullLogger });
    const hooks = () => (ttlSeconds === undefined ? undefined : { ttlSeconds });
    await server.load(
      { filters: () => [], admission: () => [], endpoints: () => [], subresources: () => [], hooks },
      stop.signal,
    );
    const running = server.run(stop.signal);
    const client = createClient(server.transport({ name: 'test', groups: [], extra: {} }), { fieldManager: 'test' });
    const at = { namespace: 'default', name: 'e' };
    const manifest: EventManifest = { metadata: at, involvedObject: { namespace: 'default', kind: 'Pod', name: 'p' } };
    const made = await client.create(event, manifest);
    await clock.advance(minutes(5));
    await client.update(event, { ...made, count: 2 });
    let past = 0;
    for (const [moment, isThere] of moments) {
      await clock.advance(minutes(moment - past));
      past = moment;
      const found = client.get(event, { metadata: at });
      if (isThere) assert.equal((await found).count, 2, `after ${moment} minutes`);
      else await assert.rejects(found, isNotFound);
    }
    stop.abort();
    await running;
  });
}
