import { type Pod, podStatus } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { setFields } from '@tiphys/sdk/schema';

interface Said {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Sets a condition of the pod in its place; the time of its last change moves only with its status. */
export function setCondition({ status }: Pod, { type, status: is, ...why }: Said, now: number): void {
  const { conditions = [] } = status;
  const old = conditions.find((k) => k.type === type);
  const lastTransitionTime = old?.status === is ? old.lastTransitionTime : timestamp(now);
  const condition = {
    type,
    status: is,
    lastProbeTime: null,
    lastTransitionTime,
    ...why,
  } as (typeof conditions)[number];
  const next = old ? conditions.map((k) => (k === old ? condition : k)) : [...conditions, condition];
  setFields(podStatus, status, { conditions: next });
}
