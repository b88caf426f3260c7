import type { JobStatus } from './job-status.ts';

type Conditions = Pick<JobStatus, 'conditions'>;

const is = ({ conditions }: Conditions, type: string, status: string): boolean =>
  conditions?.some((c) => c.type === type && c.status === status) ?? false;

export const isTrue = (status: Conditions, type: string): boolean => is(status, type, 'True');
export const isFalse = (status: Conditions, type: string): boolean => is(status, type, 'False');
export const isFinished = (status: Conditions): boolean => isTrue(status, 'Complete') || isTrue(status, 'Failed');
