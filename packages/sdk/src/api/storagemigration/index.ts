export * from './storageversionmigration.ts';
