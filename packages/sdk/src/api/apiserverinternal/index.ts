export * from './storageversion.ts';
