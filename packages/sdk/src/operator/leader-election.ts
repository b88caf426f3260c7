import { lease as leaseKind, type Lease, type LeaseSpec } from '../api/index.ts';
import type { Client } from '../client/index.ts';
import { equal, isAlreadyExists, isConflict, isNotFound, microTimestamp } from '../machinery/index.ts';
import { abortError, type Clock, group, type Logger, type Random, within } from '../runtime/index.ts';

export interface LeaderElectionOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly namespace: string;
  readonly name: string;
  /** Who we are; differs between any two that compete. */
  readonly identity: string;
  readonly leaseDurationMs?: number;
  /** A leader that couldn't renew for this long stops. Less than the lease's duration. */
  readonly renewDeadlineMs?: number;
  readonly retryPeriodMs?: number;
}

/** The leader lost its lease; whoever supervises it starts again. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * Waits until the lease is ours, runs `lead` while it stays so, and gives it up at the end. Rejects with `LeaseLost` when
 * it couldn't be renewed. A lease counts as live for its duration after we last saw it change, by our own clock: nobody's
 * clocks need to agree.
 */
export async function withLeadership(
  options: LeaderElectionOptions,
  lead: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const elector = new Elector(options);
  await elector.acquire(signal);
  try {
    await using tasks = group(signal);
    const finished = new AbortController();
    tasks.go((s) => elector.renew(AbortSignal.any([s, finished.signal])));
    tasks.go((s) => lead(s).finally(() => finished.abort()));
    await tasks.done();
  } finally {
    await elector.release();
  }
}

class Elector {
  readonly #o: Required<LeaderElectionOptions>;
  #seen: Lease | undefined;
  #seenAt = 0;

  constructor(options: LeaderElectionOptions) {
    this.#o = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000, ...options };
  }

  async acquire(signal: AbortSignal): Promise<void> {
    const { clock, random, retryPeriodMs, log, identity } = this.#o;
    while (!(await this.#tryHold(signal))) await clock.sleep(retryPeriodMs * (1 + 1.2 * random.next()), signal);
    log.info('became leader', { lease: this.#o.name, identity });
  }

  /** Renews until the signal aborts; rejects when that fails for too long. */
  async renew(signal: AbortSignal): Promise<void> {
    const { clock, retryPeriodMs, renewDeadlineMs } = this.#o;
    let renewedAt = clock.monotonic();
    for (;;) {
      try {
        await clock.sleep(retryPeriodMs, signal);
      } catch {
        return; // the work is over or we are being stopped
      }
      const held = await within(clock, renewDeadlineMs, (s) => this.#tryHold(s), signal).catch(() => false);
      if (held) renewedAt = clock.monotonic();
      else if (signal.aborted) return;
      else if (clock.monotonic() - renewedAt >= renewDeadlineMs) {
        throw new LeaseLost(`lease ${this.#o.namespace}/${this.#o.name} couldn't be renewed`);
      }
    }
  }

  /** Lets the next one in at once rather than after the lease's duration. */
  async release(): Promise<void> {
    const { client, clock, identity } = this.#o;
    if (this.#seen?.spec.holderIdentity !== identity) return;
    const now = microTimestamp(clock.now());
    const spec: LeaseSpec = { ...this.#seen.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: now };
    const lease = { ...this.#seen, spec };
    await within(clock, this.#o.renewDeadlineMs, (signal) => client.update(leaseKind, lease, { signal })).catch(
      (err: unknown) => this.#o.log.warn('the lease could not be released', { error: String(err) }),
    );
  }

  async #tryHold(signal: AbortSignal): Promise<boolean> {
    const { client, clock, namespace, name, identity, leaseDurationMs } = this.#o;
    const now = microTimestamp(clock.now());
    const mine = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000),
      renewTime: now,
    };
    try {
      const metadata = { namespace, name };
      const held = await client.get(leaseKind, { metadata }, { signal }).catch((err: unknown) => {
        if (isNotFound(err)) return undefined;
        throw err;
      });
      if (!held) {
        const spec = { ...mine, acquireTime: now, leaseTransitions: 0 };
        this.#note(await client.create(leaseKind, { metadata, spec }, { signal }));
        return true;
      }
      if (!this.#seen || !equal(this.#seen.spec, held.spec)) this.#note(held);
      const ours = held.spec.holderIdentity === identity;
      if (!ours && held.spec.holderIdentity && !this.#expired()) return false;
      const spec: LeaseSpec = {
        ...held.spec,
        ...mine,
        ...(!ours && { acquireTime: now, leaseTransitions: (held.spec.leaseTransitions ?? 0) + 1 }),
      };
      this.#note(await client.update(leaseKind, { ...held, spec }, { signal }));
      return true;
    } catch (err) {
      if (signal.aborted) throw abortError(signal);
      // Somebody was faster, or the server isn't there: look again later.
      if (!isConflict(err) && !isAlreadyExists(err))
        this.#o.log.warn('the lease is out of reach', { error: String(err) });
      return false;
    }
  }

  #note(lease: Lease): void {
    this.#seen = lease;
    this.#seenAt = this.#o.clock.monotonic();
  }

  #expired(): boolean {
    const seconds = this.#seen?.spec.leaseDurationSeconds ?? this.#o.leaseDurationMs / 1000;
    return this.#o.clock.monotonic() - this.#seenAt >= seconds * 1000;
  }
}
