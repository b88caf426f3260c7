import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, systemClock, type Random } from '@tiphys/sdk/runtime';
import { ack, endHeaders, firstFrameSize, firstWindow, headers, settings, windowUpdate, types } from './frames.ts';
import { request } from './header-block.ts';
import { hangsAfterMs, inShort } from './outcomes.ts';
import type { RawClient } from './raw-client.ts';
import { bodyOf, startListener } from './served.ts';

/** A run replays by its seed alone: `SEED=… node --test`. */
const seeds = process.env['SEED'] ? [process.env['SEED']] : Array.from({ length: 12 }, (_, i) => `flow-${i}`);

/** What a client lets come, to the byte: a server that sends more has broken the rules. */
class Windows {
  readonly #client: RawClient;
  readonly #streams = new Map<number, number>();
  #all = firstWindow;
  /** What streams begin with by the settings that have been acknowledged, and by those that haven't yet. */
  #first: number;
  readonly #told: number[] = [];

  constructor(client: RawClient, first: number) {
    this.#client = client;
    this.#first = firstWindow;
    this.#told.push(first);
    client.onFrame = ({ type, flags, stream, payload }) => {
      if (types[type] === 'DATA') this.#take(stream, payload.length);
      else if (types[type] === 'SETTINGS' && flags & ack) this.#acknowledged();
    };
  }

  /** What settings that are under way say of it counts once they are acknowledged. */
  begin(stream: number): void {
    this.#streams.set(stream, this.#first);
  }

  left(stream: number): number {
    return stream === 0 ? this.#all : this.#streams.get(stream)!;
  }

  give(stream: number, bytes: number): void {
    if (stream === 0) this.#all += bytes;
    else this.#streams.set(stream, this.left(stream) + bytes);
    this.#client.write(windowUpdate(stream, bytes));
  }

  set(first: number): void {
    this.#told.push(first);
    this.#client.write(settings({ initialWindowSize: first }));
  }

  #acknowledged(): void {
    const first = this.#told.shift()!;
    for (const [stream, left] of this.#streams) this.#streams.set(stream, left + first - this.#first);
    this.#first = first;
  }

  #take(stream: number, bytes: number): void {
    assert.ok(bytes <= firstFrameSize, `a frame of ${bytes}`);
    this.#all -= bytes;
    this.#streams.set(stream, this.left(stream) - bytes);
    // Nothing may be sent to a window below nothing, and an empty frame always.
    if (bytes)
      assert.ok(this.left(stream) >= 0 && this.#all >= 0, `stream ${stream}: ${this.left(stream)}, ${this.#all}`);
  }
}

const anyOf = <T>(random: Random, values: readonly T[]): T => values[random.int(values.length)]!;

interface Download {
  readonly stream: number;
  readonly size: number;
}

async function runWith(seed: string, client: RawClient, windows: Windows): Promise<void> {
  const random = seededRandom(seed);
  const wanted: Download[] = [];
  const uploads: { stream: number; body: Buffer }[] = [];
  const ask = () => {
    const size = anyOf(random, [0, 1, random.int(100), random.int(20_000), random.int(200_000), 16_384, 65_535]);
    const path = `/${anyOf(random, ['bytes', 'chunks', 'pushed', 'choppy'])}/${size}`;
    const stream = client.nextStream();
    windows.begin(stream);
    client.write(headers(stream, request(path)));
    wanted.push({ stream, size });
  };
  const send = () => {
    const stream = client.nextStream();
    windows.begin(stream);
    const body = bodyOf(anyOf(random, [0, 1, random.int(300_000)]));
    client.write(headers(stream, request('/echo', [], 'POST'), endHeaders));
    void client.upload(stream, body);
    uploads.push({ stream, body });
  };
  const more = () => anyOf(random, [1, 1 + random.int(10), 1 + random.int(5_000), 1 + random.int(60_000)]);
  const streams = () => [...wanted, ...uploads].map((s) => s.stream).filter((s) => !client.isOver(s));
  for (let step = 0; step < 400; step++) {
    const act = random.int(20);
    const open = streams();
    if (act < 2 && wanted.length < 60) ask();
    else if (act < 3 && uploads.length < 8) send();
    else if (act < 4) windows.set(anyOf(random, [0, 1, 100, 20_000, random.int(70_000)]));
    else if (act < 8) windows.give(0, more());
    else if (open.length) windows.give(anyOf(random, open), more());
    if (random.int(3) === 0) await systemClock.yield();
  }
  // From here on everybody gets what it needs, in small pieces still.
  for (let left = streams(); left.length; left = streams()) {
    for (const stream of left) if (windows.left(stream) < 50_000) windows.give(stream, 1 + random.int(30_000));
    if (windows.left(0) < 100_000) windows.give(0, 1 + random.int(60_000));
    await systemClock.yield();
  }
  for (const { stream, size } of wanted) {
    const outcome = await client.outcome(stream);
    assert.ok('status' in outcome, inShort(outcome));
    assert.ok(outcome.body.equals(bodyOf(size)), `${size} bytes are not as they should be`);
  }
  for (const { stream, body } of uploads) {
    const outcome = await client.outcome(stream);
    assert.ok('status' in outcome, inShort(outcome));
    assert.ok(outcome.body.equals(body), `an echo of ${body.length} bytes`);
  }
}

test(
  'whatever the windows, every body arrives whole, and no byte beyond them',
  { timeout: hangsAfterMs },
  async (t) => {
    const listener = await startListener(t);
    for (const seed of seeds) {
      await t.test(seed, { timeout: 60_000 }, async () => {
        const first = seededRandom(`${seed}/first`).int(3_000);
        const client = await listener.client({ settings: { initialWindowSize: first }, connectionWindow: 0 });
        const windows = new Windows(client, first);
        try {
          await runWith(seed, client, windows);
        } finally {
          client.destroy();
        }
      });
    }
  },
);

test('nobody starves: each gets something before the first has all', { timeout: hangsAfterMs }, async (t) => {
  const listener = await startListener(t);
  for (const [name, connectionWindow] of [
    ['while the connection’s window is short', 0],
    ['while the client reads slowly', 2 ** 31 - 1 - firstWindow],
  ] as const) {
    await t.test(name, { timeout: 60_000 }, async () => {
      const client = await listener.client({ settings: { initialWindowSize: 2 ** 31 - 1 }, connectionWindow });
      const size = 2_000_000;
      const streams = Array.from({ length: 30 }, (_, i) =>
        client.get(`/${['bytes', 'chunks', 'pushed'][i % 3]}/${size}`),
      );
      const isFirst = () => streams.some((s) => client.received(s) === size);
      while (!isFirst()) {
        if (connectionWindow === 0) client.write(windowUpdate(0, 20_000));
        await systemClock.yield();
      }
      for (const stream of streams) assert.ok(client.received(stream) > 0, `stream ${stream} of ${streams.length}`);
      client.write(windowUpdate(0, connectionWindow === 0 ? 100_000_000 : 1));
      for (const stream of streams) assert.equal(inShort(await client.outcome(stream)), '200');
      client.destroy();
    });
  }
});
