export * from './podgroup.ts';
export * from './priorityclass.ts';
export * from './scheduling-policy.ts';
export * from './workload.ts';
