/**
 * What one writes operators with: `defineController` and what a reconciler needs around it (events, finalizers, owner
 * references, leader election). Level-driven: a reconciler looks at what is and never at which event came, and is called
 * only when the cache shows everything that its last call wrote.
 */
export {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type ReconcileContext,
  type ReconcileResult,
  TerminalError,
  watch,
  type Watch,
} from './controller.ts';
export { defineController } from './define-controller.ts';
export type { KindRef } from './kind-ref.ts';
export { runControllers } from './manager.ts';
export { annotationsChanged, anyOf, changes, generationChanged, labelsChanged, type Predicate } from './predicates.ts';
export { controllerOf, controllerReference, refersTo } from './owners.ts';
export { addFinalizer, hasFinalizer, removeFinalizer } from './finalizers.ts';
export type { EventRecorder, EventType, Subject } from './events/recorder.ts';
export { EventBroadcaster, type EventBroadcasterOptions } from './events/broadcaster.ts';
export { referenceTo } from './events/reference.ts';
export { slowStart } from './slow-start.ts';
export { type LeaderElectionOptions, LeaseLost, withLeadership } from './leader-election.ts';
