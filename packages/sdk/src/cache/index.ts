/**
 * Reflector → indexer → lister: what a program knows of the cluster, kept current by one watch per kind and process.
 */
export * from './informer.ts';
