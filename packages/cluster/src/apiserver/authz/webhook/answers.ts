import type { Clock } from '@tiphys/sdk/runtime';

const mostRemembered = 8192;

/** Answers that are good for a while, by what was asked; those that nobody asked for again for longest go first. */
export class Answers<T> {
  readonly #clock: Clock;
  readonly #kept = new Map<string, { readonly answer: T; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(question: string): T | undefined {
    const found = this.#kept.get(question);
    if (!found) return undefined;
    this.#kept.delete(question);
    if (found.until <= this.#clock.monotonic()) return undefined;
    this.#kept.set(question, found);
    return found.answer;
  }

  keep(question: string, answer: T, ttlMs: number): void {
    if (ttlMs <= 0) return;
    this.#kept.delete(question);
    if (this.#kept.size >= mostRemembered) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(question, { answer, until: this.#clock.monotonic() + ttlMs });
  }
}
