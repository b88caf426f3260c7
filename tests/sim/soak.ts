// One simulated cluster for days on end, to which things keep happening: node --expose-gc soak.js [DAYS] [SEED]
import assert from 'node:assert/strict';
import { queryObjects } from 'node:v8';
import { lease } from '@tiphys/sdk/api';
import { Invariants } from './invariants.ts';
import { assertSettled } from './settled.ts';
import { SimCluster } from './sim-cluster.ts';
import { begin, happen, leaveNothing, makeWell } from './story.ts';

const [days = '2', seed = process.env['SEED'] ?? 'soak'] = process.argv.slice(2);
const minute = 60_000;
/** Days may be shorter, to see that a soak works. */
const day = Number(process.env['HOURS'] ?? 24) * 60 * minute;

/** What must not grow from one day's rest to another's. */
interface Held {
  readonly heapMiB: number;
  readonly timers: number;
  readonly signals: number;
  readonly promises: number;
  readonly leases: number;
}

process.on('warning', ({ name, message }) => {
  if (name === 'MaxListenersExceededWarning') assert.fail(message);
});
const gc = globalThis.gc;
assert.ok(gc, 'needs --expose-gc');

await using cluster = await SimCluster.start({ seed, nodes: 5 });
const { client, clock } = cluster;
const invariants = new Invariants(clock);
const random = cluster.random.fork('soak');
const story: string[] = [];
const rests: Held[] = [];
try {
  await begin(cluster, invariants);
  for (let d = 1; d <= Number(days); d++) {
    const startedAt = process.cpuUsage();
    const evening = d * day - 60 * minute;
    let happened = 0;
    while (clock.monotonic() < evening) {
      story.push(await clock.runUntil(happen(cluster, random, invariants)));
      happened++;
      await clock.advance(random.int(3) ? random.int(minute) : random.int(40 * minute));
      invariants.check();
    }
    await clock.runUntil(makeWell(cluster));
    await clock.advance(d * day - clock.monotonic());
    invariants.check();
    await assertSettled(client);
    story.length = 0;
    const held = await whatIsHeld();
    rests.push(held);
    const { user, system } = process.cpuUsage(startedAt);
    const cpu = ((user + system) / 1e6).toFixed(0);
    console.log(`day ${d}: ${happened} happenings, ${cpu} s CPU, ${JSON.stringify(held)}`);
  }
  doesNotGrow();
  await leaveNothing(cluster);
} catch (err) {
  if (err instanceof Error) err.message = `SEED=${seed} after: ${story.join('; ')}\n${err.message}`;
  throw err;
}
console.log(`${days} days, and nothing grew`);

async function whatIsHeld(): Promise<Held> {
  for (let i = 0; i < 3; i++) {
    gc!();
    await new Promise(setImmediate);
  }
  return {
    heapMiB: Math.round(process.memoryUsage().heapUsed / 2 ** 20),
    timers: clock.pending,
    signals: queryObjects(AbortSignal, { format: 'count' }),
    promises: queryObjects(Promise, { format: 'count' }),
    leases: (await client.list(lease)).items.length,
  };
}

/** The first day fills caches and rings; workloads differ from day to day, by less than this. */
function doesNotGrow(): void {
  const [, second, ...more] = rests;
  const last = more.at(-1);
  if (!second || !last) return;
  for (const [what, atMost] of Object.entries({
    heapMiB: second.heapMiB * 1.15 + 4,
    timers: second.timers * 1.5 + 10,
    signals: second.signals * 1.3 + 100,
    promises: second.promises * 1.3 + 500,
    leases: second.leases,
  })) {
    const found = last[what as keyof Held];
    assert.ok(found <= atMost, `${what}: ${found} at the end, at most ${atMost} after ${second[what as keyof Held]}`);
  }
}
