export * from './apiservice.ts';
