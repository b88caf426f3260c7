import { type Gates, setFields, type Struct } from '../../schema/index.ts';
import { type FieldGate, isOpen } from '../meta/field-gates.ts';
import type { PodGroupResourceClaim, PodGroupSchedulingConstraints } from './scheduling-policy.ts';

/** What of a group, or of the template of one, isn't there unless it is switched on. */
export interface Gated {
  readonly schedulingConstraints?: PodGroupSchedulingConstraints | null;
  readonly resourceClaims?: readonly PodGroupResourceClaim[];
  readonly disruptionMode?: 'Pod' | 'PodGroup';
  readonly priorityClassName?: string;
  readonly priority?: number;
}

export const gateOf: Readonly<Record<keyof Gated, FieldGate>> = {
  schedulingConstraints: 'TopologyAwareWorkloadScheduling',
  resourceClaims: 'DRAWorkloadResourceClaims',
  disruptionMode: 'WorkloadAwarePreemption',
  priorityClassName: 'WorkloadAwarePreemption',
  priority: 'WorkloadAwarePreemption',
};

/** Takes from `next` what is switched off, except what `old` had already. What has a default is read as that again. */
export function dropGated<O extends Gated>(
  struct: Struct<O, unknown>,
  next: O,
  { old = {}, gates }: { old?: Gated | undefined; gates: Gates | undefined },
): void {
  const gone: Record<string, unknown> = {};
  for (const [name, gate] of Object.entries(gateOf) as [keyof Gated, FieldGate][]) {
    if (isOpen(gates, gate) || isInUse(old[name])) continue;
    const field = struct.shape.fields.get(name)!;
    gone[name] = field.nullable ? null : field.default;
  }
  setFields(struct, next, gone as never);
}

const isInUse = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
