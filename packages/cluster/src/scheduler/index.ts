/**
 * Finds a node for every pod: a queue with backoff, a cycle that runs upstream's plugins over the nodes, preemption when
 * nothing fits, and the binding, written through the API like everything else.
 */
export { runScheduler, type SchedulerConfig, type SchedulerDeps } from './scheduler.ts';
export type { ClusterEvent, Rejection, SchedulerPlugin } from './framework.ts';
export { defaultPlugins } from './plugins/index.ts';
