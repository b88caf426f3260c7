export * from './eviction.ts';
export * from './poddisruptionbudget.ts';
export * from './poddisruptionbudget-spec.ts';
