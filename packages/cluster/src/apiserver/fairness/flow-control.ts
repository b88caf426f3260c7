import {
  type FlowSchema,
  mandatoryFlowSchemas,
  mandatoryPriorityLevels,
  type PriorityLevelConfiguration,
} from '@tiphys/sdk/api';
import type { Clock } from '@tiphys/sdk/runtime';
import { lend } from './borrowing.ts';
import { Classifier, Schema } from './classifier.ts';
import { sharesOf } from './concurrency.ts';
import { FlowCounts } from './flow-counts.ts';
import { isSound, PriorityLevel } from './priority-level.ts';

/** Levels and schemas as they are configured now, and all seats shared out among the levels. */
export class FlowControl {
  readonly #clock: Clock;
  /** Seats of the whole server. */
  readonly seats: number;
  #levels = new Map<string, PriorityLevel>();
  #classifier!: Classifier;
  readonly #counts = new Map<string, FlowCounts>();
  #objects: readonly [readonly PriorityLevelConfiguration[], readonly FlowSchema[]] = [[], []];
  fairFraction = 0;

  constructor({ clock, seats }: { clock: Clock; seats: number }) {
    this.#clock = clock;
    this.seats = seats;
    this.configure([], []);
  }

  get classifier(): Classifier {
    return this.#classifier;
  }

  /** In the order of their names. */
  get levels(): readonly PriorityLevel[] {
    return [...this.#levels.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What is counted by level and schema. */
  get counts(): Iterable<FlowCounts> {
    return this.#counts.values();
  }

  /** Takes objects as they are now. What is mandatory is there whether or not there are objects that say so. */
  configure(levels: readonly PriorityLevelConfiguration[], schemas: readonly FlowSchema[]): void {
    this.#objects = [levels, schemas];
    const wanted = new Map<string, Pick<PriorityLevelConfiguration, 'metadata' | 'spec'>>();
    for (const [name, spec] of mandatoryPriorityLevels) wanted.set(name, { metadata: { name }, spec });
    for (const level of levels) {
      const { name = '' } = level.metadata;
      if (isSound(name, level.spec)) wanted.set(name, level);
    }
    const next = new Map<string, PriorityLevel>();
    for (const [name, of] of wanted) {
      const level = this.#levels.get(name) ?? new PriorityLevel(name, of, this.#clock);
      level.configure(of);
      next.set(name, level);
    }
    for (const [name, level] of this.#levels) {
      if (next.has(name) || level.queues.isIdle) continue;
      // Those who wait there are served, with the seats that it has by its shares.
      level.isQuiescing = true;
      next.set(name, level);
    }
    this.#levels = next;
    this.#classify(schemas);
    const shares = [...next.values()].reduce((sum, { spec }) => sum + sharesOf(spec), 0);
    for (const level of next.values()) level.apportion({ seats: this.seats, shares });
    this.#lend();
  }

  /** Shares seats out by what levels could have used since the last time. */
  lend(): void {
    const isOver = (level: PriorityLevel) => level.isQuiescing && level.queues.isIdle;
    if ([...this.#levels.values()].some(isOver)) this.configure(...this.#objects);
    else this.#lend();
  }

  #lend(): void {
    const all = [...this.#levels.values()];
    for (const level of all) level.measure();
    const { limits, targets, fairFraction } = lend(all);
    this.fairFraction = fairFraction;
    for (const [i, level] of all.entries()) {
      level.target = targets[i]!;
      level.limitTo(limits[i]!, this);
    }
  }

  #classify(schemas: readonly FlowSchema[]): void {
    const named = new Map<string, Pick<FlowSchema, 'metadata' | 'spec'>>();
    for (const [name, spec] of mandatoryFlowSchemas) named.set(name, { metadata: { name }, spec });
    for (const schema of schemas) {
      const level = this.#levels.get(schema.spec.priorityLevelConfiguration.name);
      if (level && !level.isQuiescing) named.set(schema.metadata.name ?? '', schema);
    }
    const made = new Map(
      [...named].map(([name, schema]) => {
        const level = this.#levels.get(schema.spec.priorityLevelConfiguration.name)!;
        return [name, new Schema(schema, level, this.#countsOf)];
      }),
    );
    this.#classifier = new Classifier([...made.values()], made.get('catch-all')!);
  }

  readonly #countsOf = (level: string, schema: string): FlowCounts => {
    const key = `${level}/${schema}`;
    let counts = this.#counts.get(key);
    if (!counts) this.#counts.set(key, (counts = new FlowCounts(level, schema)));
    return counts;
  };
}
