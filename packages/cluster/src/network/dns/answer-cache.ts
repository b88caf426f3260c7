import type { Clock } from '@tiphys/sdk/runtime';
import type { ForwardedAnswer } from './forwarded-answer.ts';

/** Answers of upstreams for as long as they may be kept; the longest unused goes when there are too many. */
export class AnswerCache {
  readonly #clock: Clock;
  readonly #maxEntries: number;
  readonly #entries = new Map<string, { answer: ForwardedAnswer; since: number }>();

  constructor({ clock, maxEntries }: { clock: Clock; maxEntries: number }) {
    this.#clock = clock;
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): { answer: ForwardedAnswer; ageSeconds: number } | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    const ageSeconds = Math.floor((this.#clock.monotonic() - entry.since) / 1000);
    this.#entries.delete(key);
    if (ageSeconds >= entry.answer.keepSeconds) return undefined;
    this.#entries.set(key, entry);
    return { answer: entry.answer, ageSeconds };
  }

  set(key: string, answer: ForwardedAnswer): void {
    if (answer.keepSeconds <= 0) return;
    this.#entries.delete(key);
    this.#entries.set(key, { answer, since: this.#clock.monotonic() });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#maxEntries && oldest !== undefined) this.#entries.delete(oldest);
  }
}
