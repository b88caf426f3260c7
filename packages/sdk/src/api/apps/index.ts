export * from './controllerrevision.ts';
export * from './deployment.ts';
export * from './replicaset.ts';
