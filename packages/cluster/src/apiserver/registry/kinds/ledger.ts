import type { KubeObject } from '@tiphys/sdk/machinery';
import type { CacheEvent, WatchCache } from '../../cache/watch-cache.ts';

/**
 * Which object holds which of the things that only one may hold: addresses, ports. What is stored is the truth: the ledger
 * follows it, so a claim ends when the object that had it is seen to have let go, whoever wrote that. Only the claims of writes
 * under way are the ledger's own, and those end with the write when it fails.
 */
export class Ledger {
  readonly #holders = new Map<string, string>();

  constructor(cache: WatchCache, claimsOf: (object: KubeObject) => Iterable<string>) {
    for (const entry of cache.list({})) this.#hold(claimsOf(entry.object), entry.key);
    cache.follow(({ type, entry, prev }: CacheEvent) => {
      const kept = new Set(type === 'DELETED' ? [] : claimsOf(entry.object));
      for (const claim of prev ? claimsOf(prev.object) : []) if (!kept.has(claim)) this.release(claim, entry.key);
      this.#hold(kept, entry.key);
    });
  }

  isFree(claim: string): boolean {
    return !this.#holders.has(claim);
  }

  /** Takes a free claim for an object; false when it is somebody's. */
  take(claim: string, holder: string): boolean {
    if (!this.isFree(claim)) return false;
    this.#holders.set(claim, holder);
    return true;
  }

  release(claim: string, holder: string): void {
    if (this.#holders.get(claim) === holder) this.#holders.delete(claim);
  }

  #hold(claims: Iterable<string>, holder: string): void {
    for (const claim of claims) this.#holders.set(claim, holder);
  }
}

/** What one write takes from the ledger, so that all of it can be given back. */
export class Taking {
  readonly #ledger: Pick<Ledger, 'take' | 'release'>;
  readonly #holder: string;
  readonly #taken: string[] = [];

  constructor(ledger: Pick<Ledger, 'take' | 'release'>, holder: string) {
    this.#ledger = ledger;
    this.#holder = holder;
  }

  take(claim: string): boolean {
    const free = this.#ledger.take(claim, this.#holder);
    if (free) this.#taken.push(claim);
    return free;
  }

  readonly undo = (): void => {
    for (const claim of this.#taken.splice(0)) this.#ledger.release(claim, this.#holder);
  };
}
