/**
 * Reflector → indexer → lister: what a program knows of the cluster, kept current by one watch per kind and process.
 */
export * from './informer.ts';
export { SharedCache, type CacheDeps } from './shared-cache.ts';
export { compareRevisions } from './revision.ts';
export { keyOf, keyOfObject } from './indexer.ts';
export { CacheView } from './view.ts';
