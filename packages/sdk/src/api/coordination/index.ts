export * from './lease.ts';
export * from './leasecandidate.ts';
