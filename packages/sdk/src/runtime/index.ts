/**
 * The world, passed in: time, randomness, logs, metrics, and the few shapes that everything that waits is built from
 * (work queues, backoff, task groups). Nothing outside this room touches `Date`, `setTimeout` or `Math.random`.
 */
export type { Clock } from './clock.ts';
export { systemClock } from './clock.ts';
export { sleepOn } from './sleep.ts';
export type { Random } from './random.ts';
export { seededRandom, systemRandom } from './random.ts';
export type { Logger, LogFields } from './logger.ts';
export { nullLogger } from './logger.ts';
export { Counter, Gauge, Histogram, Registry } from 'prom-client';
export { backoff, type BackoffOptions } from './backoff.ts';
export { TaskGroup, group } from './task-group.ts';
export { WorkQueue, type WorkQueueObserver, type WorkQueueOptions } from './work-queue.ts';
export { Pacer, pacerOf } from './pacer.ts';
export { lull } from './lull.ts';
export { TokenBucket } from './token-bucket.ts';
export { allEnded } from './all-ended.ts';
export { Broadcast } from './broadcast.ts';
export { abortsWith, within } from './within.ts';
export { messageOf } from './message-of.ts';
export { watchWallClock } from './wall-clock.ts';
export { abortError, isAbort, onAbort, throwIfAborted, whenAborted } from './abort.ts';
