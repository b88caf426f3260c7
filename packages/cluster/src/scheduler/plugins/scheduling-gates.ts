import type { SchedulerPlugin } from '../framework.ts';

export const schedulingGates: SchedulerPlugin = {
  name: 'SchedulingGates',
  preEnqueue: ({ pod }) => !pod.spec.schedulingGates?.length,
};
