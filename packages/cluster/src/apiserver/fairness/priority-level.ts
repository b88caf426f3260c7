import type { PriorityLevelConfiguration, PriorityLevelConfigurationSpec } from '@tiphys/sdk/api';
import type { Clock } from '@tiphys/sdk/runtime';
import { type Borrower, SeatDemand } from './borrowing.ts';
import { type Concurrency, concurrencyOf, widestOf } from './concurrency.ts';
import { type Queuing, QueueSet } from './queue-set.ts';
import { RetryAfter } from './retry-after.ts';

type Level = Pick<PriorityLevelConfiguration, 'spec'> & { readonly metadata: { readonly uid?: string | undefined } };

/** A level as it is configured and as it does. */
export class PriorityLevel implements Borrower {
  readonly name: string;
  readonly queues: QueueSet;
  readonly demand = new SeatDemand();
  readonly retryAfter = new RetryAfter();
  #of: Level;
  /** Nobody is sent here any more; it goes when those who are have been served. */
  isQuiescing = false;
  nominal = 0;
  min = 0;
  max = 0;
  current = 0;
  /** Seats that it would have had if demand were all that counted. */
  target = 0;
  /** The seats that one of its requests may take at most. */
  widest: number | undefined;

  constructor(name: string, of: Level, clock: Clock) {
    this.name = name;
    this.#of = of;
    this.queues = new QueueSet(clock);
  }

  get uid(): string {
    return this.#of.metadata.uid ?? '';
  }

  get spec(): PriorityLevelConfigurationSpec {
    return this.#of.spec;
  }

  get isExempt(): boolean {
    return this.spec.type === 'Exempt';
  }

  get queuing(): Queuing {
    if (this.isExempt) return 'exempt';
    const queuing = this.spec.limited?.limitResponse.queuing;
    return queuing ? { queues: queuing.queues, lengthLimit: queuing.queueLengthLimit } : 'refuse';
  }

  /** Queues and the part of them that one flow has; none where nobody waits. */
  get dealing(): { readonly deck: number; readonly size: number } | undefined {
    const queuing = this.spec.limited?.limitResponse.queuing;
    return queuing && { deck: queuing.queues, size: queuing.handSize };
  }

  configure(of: Level): void {
    this.#of = of;
    this.isQuiescing = false;
  }

  /** Takes its part of all seats. */
  apportion(of: { readonly seats: number; readonly shares: number }): void {
    const { nominal, min, max }: Concurrency = concurrencyOf(this.spec, of);
    this.nominal = nominal;
    this.min = min;
    this.max = max;
    this.widest = widestOf(this.spec, nominal);
  }

  /** Takes as many seats as it has for now. */
  limitTo(current: number, { seats }: { readonly seats: number }): void {
    this.current = current;
    this.queues.configure(this.queuing, {
      limit: current,
      seatLimit: current || Math.max(1, Math.round(seats / 10)),
    });
  }

  /** Looks at what could have been used since the last time. */
  measure(): void {
    const { use } = this.queues;
    this.queues.sync();
    this.demand.update(use.demand.take(use.wantedSeats));
  }
}

/** Whether a level's parts say the same. Only the exempt one is exempt. */
export function isSound(name: string, { type, limited, exempt }: PriorityLevelConfigurationSpec): boolean {
  if ((type === 'Limited') !== Boolean(limited) || (type === 'Exempt') !== Boolean(exempt)) return false;
  if ((type === 'Exempt') !== (name === 'exempt')) return false;
  return !limited || (limited.limitResponse.type === 'Reject') === !limited.limitResponse.queuing;
}
