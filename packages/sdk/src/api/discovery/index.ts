export * from './endpointslice.ts';
