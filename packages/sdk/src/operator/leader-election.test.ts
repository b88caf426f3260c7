import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lease } from '../api/index.ts';
import { nullLogger, seededRandom } from '../runtime/index.ts';
import { FakeClient, SimClock } from '../testing/index.ts';
import { LeaseLost, withLeadership } from './leader-election.ts';

function setUp() {
  const clock = new SimClock();
  const random = seededRandom(5);
  const client = new FakeClient({ clock, random });
  const leading: string[] = [];
  const run = (identity: string, signal: AbortSignal) =>
    withLeadership(
      { client, clock, random: random.fork(identity), log: nullLogger, namespace: 'kube-system', name: 'x', identity },
      async (s) => {
        leading.push(identity);
        await clock.sleep(10_000_000, s).finally(() => leading.splice(leading.indexOf(identity), 1));
      },
      signal,
    ).catch((err: unknown) => {
      if (!(err instanceof Error) || err.name !== 'AbortError') throw err;
    });
  return { clock, client, leading, run };
}

test('one leads; when it stops the next one takes over at once', async () => {
  const { clock, leading, run } = setUp();
  const [a, b] = [new AbortController(), new AbortController()];
  const first = run('a', a.signal);
  await clock.advance(1000);
  const second = run('b', b.signal);
  await clock.advance(120_000);
  assert.deepEqual(leading, ['a']);
  a.abort();
  await clock.advance(10_000);
  assert.deepEqual(leading, ['b']);
  b.abort();
  await clock.settle();
  await Promise.all([first, second]);
});

test('a leader that cannot renew stops before another can begin', async () => {
  const { clock, client, leading, run } = setUp();
  const stop = new AbortController();
  const first = assert.rejects(run('a', stop.signal), LeaseLost);
  await clock.advance(5000);
  const second = run('b', stop.signal);
  client.react(({ verb, key }) => {
    if (verb === 'update' && key && (key as { spec?: { holderIdentity?: string } }).spec?.holderIdentity === 'a') {
      throw new Error('connection refused');
    }
  });
  let most = 0;
  for (let i = 0; i < 60; i++) {
    await clock.advance(1000);
    most = Math.max(most, leading.length);
  }
  assert.equal(most, 1);
  assert.deepEqual(leading, ['b']);
  const held = await client.get(lease, { metadata: { namespace: 'kube-system', name: 'x' } });
  assert.equal(held.spec.leaseTransitions, 1);
  stop.abort();
  await clock.settle();
  await Promise.all([first, second]);
});
