import { Broadcast, type Clock } from '@tiphys/sdk/runtime';
import { timestamp } from '@tiphys/sdk/machinery';
import type { LogOptions } from '../streaming/index.ts';

interface Line {
  readonly atMs: number;
  readonly stream: 'Stdout' | 'Stderr';
  readonly text: string;
}

/** Older lines make room for newer ones. */
const longestBytes = 1024 ** 2;

/** What one run of a container wrote. */
export class ContainerLog {
  readonly #clock: Clock;
  readonly #changed = new Broadcast();
  readonly #partial = { Stdout: '', Stderr: '' };
  #lines: Line[] = [];
  /** How many lines went before those that are held. */
  #dropped = 0;
  #bytes = 0;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  write(stream: 'Stdout' | 'Stderr', chunk: Uint8Array): void {
    const pieces = (this.#partial[stream] + Buffer.from(chunk).toString()).split('\n');
    this.#partial[stream] = pieces.pop()!;
    for (const text of pieces) this.#add(stream, text);
  }

  close(): void {
    for (const stream of ['Stdout', 'Stderr'] as const)
      if (this.#partial[stream]) this.#add(stream, this.#partial[stream]);
    this.#closed = true;
    this.#changed.notify();
  }

  async *read(options: LogOptions & { signal: AbortSignal }): AsyncIterable<Uint8Array> {
    let next = this.#dropped + this.#firstAsked(options);
    let leftBytes = options.limitBytes ?? Infinity;
    for (;;) {
      const waiting = options.follow ? this.#changed.next(options.signal) : undefined;
      const from = Math.max(0, next - this.#dropped);
      const bytes = Buffer.concat(
        this.#lines
          .slice(from)
          .filter(isAsked(options))
          .map((l) => Buffer.from(options.timestamps ? `${timestamp(l.atMs)} ${l.text}\n` : `${l.text}\n`)),
      ).subarray(0, leftBytes);
      next = this.#dropped + this.#lines.length;
      leftBytes -= bytes.length;
      if (bytes.length) yield bytes;
      if (!waiting || this.#closed || leftBytes <= 0) return;
      // Something may have come while the reader was busy.
      if (next === this.#dropped + this.#lines.length) await waiting;
      if (options.signal.aborted) return;
    }
  }

  #firstAsked({ tailLines, sinceSeconds, sinceTime, stream }: LogOptions): number {
    const sinceMs = sinceTime
      ? Date.parse(sinceTime)
      : sinceSeconds
        ? this.#clock.now() - sinceSeconds * 1000
        : -Infinity;
    let first = this.#lines.findIndex((l) => l.atMs >= sinceMs);
    if (first < 0) first = this.#lines.length;
    if (tailLines === undefined) return first;
    let left = tailLines;
    let at = this.#lines.length;
    while (at > first && left > 0) if (isAsked({ ...(stream && { stream }) })(this.#lines[--at]!)) left--;
    return at;
  }

  #add(stream: Line['stream'], text: string): void {
    this.#lines.push({ atMs: this.#clock.now(), stream, text });
    this.#bytes += text.length;
    if (this.#bytes > longestBytes) {
      const half = this.#lines.length >> 1;
      this.#dropped += half;
      this.#bytes -= this.#lines.slice(0, half).reduce((sum, l) => sum + l.text.length, 0);
      this.#lines = this.#lines.slice(half);
    }
    this.#changed.notify();
  }
}

const isAsked =
  ({ stream = 'All' }: LogOptions) =>
  (l: Line) =>
    stream === 'All' || stream === l.stream;
