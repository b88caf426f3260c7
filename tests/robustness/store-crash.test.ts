import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { LmdbBackend, type StoreBatch } from 'tiphys/store';

const kills = 200;
/** A slow machine may do fewer. */
const enoughKills = 60;
const limitMs = 90_000;
const seed = Number(process.env['SEED'] ?? 1);

/** What a revision changed: `KEY=VALUE`, or `KEY` where it was deleted. */
type History = Map<number, string[]>;

it(`a store whose process is killed up to ${kills} times keeps what it acknowledged`, async () => {
  const path = mkdtempSync(join(tmpdir(), 'tiphys-crash-'));
  const random = seededRandom(seed);
  const known: History = new Map();
  let acknowledged = 0;
  const start = performance.now();
  let next = writer(path, 0);
  let round = 0;
  while (round < kills && (round < enoughKills || performance.now() - start < limitMs)) {
    round++;
    const child = next;
    const output = text(child.stdout!);
    child.stdin!.write('go\n');
    // The next one starts meanwhile, and waits.
    next = writer(path, round);
    // Most are killed between acknowledgements, some while they open what the last one left.
    if (random.next() < 0.8) await once(child.stdout!, 'data');
    await sleep(Math.floor(random.next() * 60));
    child.kill('SIGKILL');
    const lines = (await output).split('\n').slice(0, -1);
    acknowledged += lines.length;
    try {
      await check(path, lines, { known, random });
    } catch (cause) {
      next.kill('SIGKILL');
      throw new Error(`after kill ${round} with SEED=${seed}, files in ${path}`, { cause });
    }
  }
  next.kill('SIGKILL');
  rmSync(path, { recursive: true });
  assert.ok(acknowledged > round * 5, `only ${acknowledged} writes were acknowledged`);
  console.log(
    `${round} kills, ${acknowledged} acknowledged writes, ${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
});

function writer(path: string, round: number): ChildProcess {
  const program = new URL('./store-writer.js', import.meta.url).pathname;
  return spawn(process.execPath, [program, path, `${seed}${round}`], { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function check(
  path: string,
  lines: readonly string[],
  { known, random }: { known: History; random: Random },
): Promise<void> {
  const store = await LmdbBackend.open(path, { clock: systemClock });
  try {
    const first = store.compactedRevision + 1;
    const replayed = await replay(store, first);
    const { revision } = store;
    assert.deepEqual(
      replayed.map((b) => b.revision),
      Array.from({ length: Math.max(0, revision - Math.max(first, 2) + 1) }, (_, i) => Math.max(first, 2) + i),
      'revisions without gaps',
    );

    for (const line of lines) {
      const [at, ...changes] = line.split(' ');
      if (changes.some((c) => c.length > 0)) known.set(Number(at), changes);
    }
    const latest = new Map<string, { revision: number; change: string }>();
    for (const [at, changes] of known) {
      assert.ok(at <= revision, `revision ${at} was acknowledged, the store has ${revision}`);
      for (const change of changes) {
        const key = change.split('=', 1)[0]!;
        if (at >= (latest.get(key)?.revision ?? 0)) latest.set(key, { revision: at, change });
      }
    }
    // Once seen, history stays as it was, acknowledged or not.
    for (const batch of replayed) {
      const told = batch.events.map((e) => (e.item ? `${e.key}=${Buffer.from(e.item.value).toString()}` : e.key));
      if (known.has(batch.revision)) assert.deepEqual(told, known.get(batch.revision), `revision ${batch.revision}`);
      known.set(batch.revision, told);
      for (const change of told) latest.set(change.split('=', 1)[0]!, { revision: batch.revision, change });
    }

    const { items } = await store.list('/');
    const present = new Map(items.map((i) => [i.key, i]));
    for (const [key, { revision: at, change }] of latest) {
      const item = present.get(key);
      if (item) {
        assert.deepEqual([item.modRevision, `${key}=${Buffer.from(item.value).toString()}`], [at, change]);
      } else assert.equal(change, key, `${key} is gone and was last written at ${at}`);
    }
    assert.equal(items.length, [...latest.values()].filter((l) => l.change.includes('=')).length);

    await replaysFromAnywhere(store, replayed, random);
    // What can't be asked for any more is needed only as each key's latest.
    const needed = new Set([...latest.values()].map((l) => l.revision));
    for (const at of known.keys()) if (at < first && !needed.has(at)) known.delete(at);
  } finally {
    await store.close();
  }
}

/** From any revision that is left, the items then and the changes since give the items now. */
async function replaysFromAnywhere(store: LmdbBackend, all: readonly StoreBatch[], random: Random): Promise<void> {
  const now = (await store.list('/')).items;
  for (let i = 0; i < 3; i++) {
    const from = Math.max(store.compactedRevision, 1) + Math.floor(random.next() * all.length);
    const state = new Map((await store.list('/', { revision: from })).items.map((item) => [item.key, item]));
    const batches = await replay(store, from + 1);
    assert.deepEqual(
      batches,
      all.filter((b) => b.revision > from),
    );
    for (const { events } of batches) {
      for (const { key, item, prev } of events) {
        assert.deepEqual(prev, state.get(key));
        if (item) state.set(key, item);
        else state.delete(key);
      }
    }
    assert.deepEqual(new Map(now.map((item) => [item.key, item])), state);
  }
}

async function replay(store: LmdbBackend, fromRevision: number): Promise<StoreBatch[]> {
  const stop = new AbortController();
  const batches: StoreBatch[] = [];
  for await (const batch of store.watch('/', { fromRevision, signal: stop.signal })) {
    if (batch.events.length) batches.push(batch);
    if (batch.revision >= store.revision) stop.abort();
  }
  return batches;
}
