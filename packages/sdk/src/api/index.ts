/**
 * Every built-in kind, one file each. A kind's file is the only place that says what its objects look like, what their
 * defaults are, when they are valid and how they print.
 */
export * from './meta/index.ts';
export * from './core/index.ts';
export * from './admissionregistration/index.ts';
export * from './apiextensions/index.ts';
export * from './apiregistration/index.ts';
export * from './apiserverinternal/index.ts';
export * from './apps/index.ts';
export * from './authentication/index.ts';
export * from './authorization/index.ts';
export * from './autoscaling/index.ts';
export * from './batch/index.ts';
export * from './certificates/index.ts';
export * from './coordination/index.ts';
export * from './discovery/index.ts';
export * from './events/index.ts';
export * from './flowcontrol/index.ts';
export * from './networking/index.ts';
export * from './node/index.ts';
export * from './policy/index.ts';
export * from './rbac/index.ts';
export * from './resource/index.ts';
export * from './scheduling/index.ts';
export * from './storage/index.ts';
export * from './storagemigration/index.ts';
