import type { FlowIds } from '../context.ts';
import type { FlowCounts } from './flow-counts.ts';
import type { PriorityLevel } from './priority-level.ts';

/** Requests that are alike to the server: of one schema, and of one user or namespace where the schema tells those apart. */
export interface Flow {
  readonly level: PriorityLevel;
  readonly distinguisher: string;
  /** The queues, by number, that its requests may wait in; none where nothing waits. */
  readonly hand: readonly number[];
  readonly counts: FlowCounts;
  readonly ids: FlowIds;
}
