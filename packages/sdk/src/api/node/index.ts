export * from './runtimeclass.ts';
