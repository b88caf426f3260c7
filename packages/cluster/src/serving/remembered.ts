import { createHash } from 'node:crypto';
import type { Clock } from '@tiphys/sdk/runtime';

const mostRemembered = 4096;

/** Answers that are good for a while, by what was asked; of a secret question only the digest is kept. */
export class Remembered<T> {
  readonly #clock: Clock;
  readonly #lifetimeMs: (answer: T) => number;
  readonly #answers = new Map<string, { answer: T; until: number }>();

  constructor(clock: Clock, lifetimeMs: (answer: T) => number) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
  }

  async get(question: string, ask: () => Promise<T>): Promise<T> {
    const key = createHash('sha256').update(question).digest('base64');
    const known = this.#answers.get(key);
    if (known && known.until > this.#clock.monotonic()) return known.answer;
    const answer = await ask();
    this.#answers.delete(key);
    if (this.#answers.size >= mostRemembered) this.#answers.delete(this.#answers.keys().next().value!);
    this.#answers.set(key, { answer, until: this.#clock.monotonic() + this.#lifetimeMs(answer) });
    return answer;
  }
}
