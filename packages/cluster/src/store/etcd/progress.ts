import { Broadcast } from '@tiphys/sdk/runtime';

/** The latest revision that this process has heard of, and that every watch is to hear of too. */
export class Horizon {
  #revision = 0;
  readonly #moved = new Broadcast();

  get revision(): number {
    return this.#revision;
  }

  heard(revision: number): void {
    if (revision <= this.#revision) return;
    this.#revision = revision;
    this.#moved.notify();
  }

  /** Resolves when it is beyond what has been told, or the signal aborts. */
  async beyond(told: () => number, signal: AbortSignal): Promise<void> {
    while (this.#revision <= told() && !signal.aborted) await this.#moved.next(signal);
  }
}

/**
 * Whether a member of this version says how far a watch is only when it has told everything before: etcd does since 3.4.31 and
 * 3.5.13, and before that its notices may overtake events.
 */
export function hasSafeProgress(version: string): boolean {
  const [major, minor, patch] = version.split(/[.+-]/).map(Number);
  if (major === undefined || minor === undefined || patch === undefined) return false;
  if (major !== 3) return major > 3;
  if (minor === 4) return patch >= 31;
  if (minor === 5) return patch >= 13;
  return minor > 5;
}
