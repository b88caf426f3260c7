import type { Clock } from '@tiphys/sdk/runtime';

/** Of one connection, where nothing else is said. */
export const limits = {
  /** As many as a client with many watches may want. */
  streams: 4096,
  /** Bytes of headers of a request, as upstream's server takes. */
  headerList: 1024 * 1024,
  /** Frames that a header block may come in, beside the limit of its bytes: empty ones cost work, too. */
  continuations: 128,
  /** Bytes of bodies that may come before anybody reads them: of a stream, and of all together. */
  streamWindow: 256 * 1024,
  connectionWindow: 16 * 1024 * 1024,
  /** Bytes that may wait for a client to read them before it isn't read from any more: more than bodies take. */
  unread: 512 * 1024,
  /** Milliseconds for the preface to come, and for a client to go when told to. */
  greetingMs: 10_000,
  partingMs: 1_000,
  /** For a client to read an answer that came before it had sent all of its request, until it is told to stop. */
  readingMs: 100,
} as const;

/** So many useless things at once, and so many a second from then on. */
const burst = 2_000;
const eachMs = 0.2;

/**
 * What a client may do that costs it nothing and us something: cancelled requests, pings, changed settings, empty frames. A
 * bucket that fills with time.
 */
export class Patience {
  readonly #clock: Clock;
  #left = burst;
  #at: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#at = clock.monotonic();
  }

  /** False when it has come to an end. */
  bear(): boolean {
    if (this.#left < 1) this.#refill();
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
  #refill(): void {
    const now = this.#clock.monotonic();
    this.#left = Math.min(burst, this.#left + (now - this.#at) * eachMs);
    this.#at = now;
  }
}
