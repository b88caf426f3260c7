import type { KubeObject } from '../../machinery/index.ts';
import type { KindRef } from '../kind-ref.ts';

/** What an event is about. Names it without having the object: pass its kind and metadata. */
export interface Subject {
  readonly kind: KindRef;
  readonly object: KubeObject;
  /** Part of the object, such as `spec.containers{main}`. */
  readonly fieldPath?: string;
}

export type EventType = 'Normal' | 'Warning';

/** Tells users what happened to an object. Never waits and never fails: an event that can't be written is lost. */
export interface EventRecorder {
  event(subject: Subject, type: EventType, reason: string, message: string): void;
}
