import { pod as podKind, type Pod } from '@tiphys/sdk/api';
import type { EventRecorder, EventType } from '@tiphys/sdk/operator';
import { fieldPathOf } from './pod-containers.ts';

/** Tells users about one thing: a pod or one of its containers. */
export type Tell = (type: EventType, reason: string, message: string) => void;

export const tellOfPod =
  (events: EventRecorder, pod: Pod): Tell =>
  (type, reason, message) =>
    events.event({ kind: podKind, object: pod }, type, reason, message);

export const tellOfContainer =
  (events: EventRecorder, pod: Pod, container: string): Tell =>
  (type, reason, message) =>
    events.event({ kind: podKind, object: pod, fieldPath: fieldPathOf(pod, container) }, type, reason, message);
