import type { ClientHttp2Stream } from 'node:http2';
import { percentiles } from './load.ts';

export interface FanOut {
  readonly watchers: number;
  /** Events a second. */
  readonly rate: number;
  readonly seconds: number;
}

/** Every 50th watcher tells how long each event took; the others count. */
const sampled = 50;

/**
 * Many watchers of few events: `watch` opens a stream, `make` writes an object whose data hold the given ones. Times are from
 * before the write to the event at the client.
 */
export async function fanOut(
  { watchers, rate, seconds }: FanOut,
  watch: () => ClientHttp2Stream,
  make: (i: number, data: { sent: string; pad: string }) => Promise<unknown>,
): Promise<{ rate: number; p50Ms: number; p99Ms: number }> {
  const times: number[] = [];
  let seen = 0;
  const total = watchers * rate * seconds;
  const streams = await Promise.all(
    Array.from({ length: watchers }, async (_, i) => {
      const stream = watch();
      stream.on('error', () => {});
      await new Promise((resolve) => stream.once('response', resolve));
      let rest = '';
      stream.on('data', (chunk: Buffer) => {
        const text = rest + chunk.toString('latin1');
        const end = text.lastIndexOf('\n') + 1;
        rest = text.slice(end);
        for (const [, sent] of text.slice(0, end).matchAll(/"sent":"([\d.]+)"/g)) {
          seen++;
          if (i % sampled === 0) times.push(performance.now() - Number(sent));
        }
      });
      return stream;
    }),
  );
  const begun = performance.now();
  const writes: Promise<unknown>[] = [];
  for (let i = 0; i < rate * seconds; i++) {
    const due = begun + (i * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    writes.push(make(i, { sent: String(performance.now()), pad: 'x'.repeat(200) }));
  }
  await Promise.all(writes);
  const deadline = performance.now() + 20_000;
  while (seen < total && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  const elapsed = (performance.now() - begun) / 1000;
  for (const s of streams) s.close();
  if (seen < total) throw new Error(`${total - seen} of ${total} events did not arrive`);
  return { rate: total / elapsed, ...percentiles(times) };
}
