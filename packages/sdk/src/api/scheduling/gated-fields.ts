import { setFields, type Struct } from '../../schema/index.ts';
import type { PodGroupResourceClaim, PodGroupSchedulingConstraints } from './scheduling-policy.ts';

/** What isn't there yet unless switched on: constraints of topology, devices of a group, and preemption of whole groups. */
interface Gated {
  schedulingConstraints?: PodGroupSchedulingConstraints | null;
  resourceClaims?: PodGroupResourceClaim[];
  disruptionMode?: 'Pod' | 'PodGroup';
  priorityClassName?: string;
  priority?: number;
}

/** Takes from `next` what is switched off, except what `old` had already. */
export function dropGated<O extends Gated>(struct: Struct<O, unknown>, next: O, old: Gated | undefined): void {
  const { schedulingConstraints, resourceClaims, disruptionMode, priorityClassName, priority } = old ?? {};
  const gone: Record<string, null | undefined> = {};
  if (!schedulingConstraints) {
    gone['schedulingConstraints'] = struct.shape.fields.get('schedulingConstraints')?.nullable ? null : undefined;
  }
  if (!resourceClaims?.length) gone['resourceClaims'] = undefined;
  if (disruptionMode === undefined) gone['disruptionMode'] = undefined;
  if (priorityClassName === undefined) gone['priorityClassName'] = undefined;
  if (priority === undefined) gone['priority'] = undefined;
  setFields(struct, next, gone as never);
}
