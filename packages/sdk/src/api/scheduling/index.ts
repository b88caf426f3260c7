export * from './priorityclass.ts';
