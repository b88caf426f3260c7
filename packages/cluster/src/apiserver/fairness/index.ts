/**
 * API priority and fairness: who is served when more is asked for than can be done at once. Flow schemas sort requests into flows
 * and lead them to priority levels; each level has seats of its own and lends and borrows others; at a level that is full,
 * requests wait in queues from which every flow gets its due, however many another sends. `FlowControl` is what is configured,
 * `QueueSet` the seats and queues of one level, `Fairness` what a server's filter asks.
 */
export { dumps } from './dumps.ts';
export { Fairness, type FairnessDeps, sideOf } from './fairness.ts';
export { liveFairness } from './live.ts';
export { fairnessMetrics } from './metrics.ts';
export type { Ticket } from './ticket.ts';
export type { ResourceStats } from './width.ts';
