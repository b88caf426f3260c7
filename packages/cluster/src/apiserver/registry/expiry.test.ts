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

test('an event is there for an hour after it was last written', async () => {
  const stop = new AbortController();
  const clock = new SimClock();
  const store = new MemoryBackend(clock);
  const server = new ApiServer({ store, clock, random: seededRandom(1), log: nullLogger });
  await server.load(
    { filters: () => [], admission: () => [], endpoints: () => [], subresources: () => [], hooks: () => undefined },
    stop.signal,
  );
  const running = server.run(stop.signal);
  const client = createClient(server.transport({ name: 'test', groups: [], extra: {} }), { fieldManager: 'test' });
  const at = { namespace: 'default', name: 'e' };
  const manifest: EventManifest = { metadata: at, involvedObject: { namespace: 'default', kind: 'Pod', name: 'p' } };
  const made = await client.create(event, manifest);
  await clock.advance(minutes(50));
  await client.update(event, { ...made, count: 2 });
  await clock.advance(minutes(55));
  assert.equal((await client.get(event, { metadata: at })).count, 2);
  await clock.advance(minutes(10));
  await assert.rejects(client.get(event, { metadata: at }), isNotFound);
  stop.abort();
  await running;
});
