export * from './controllerrevision.ts';
export * from './daemonset.ts';
export * from './deployment-strategy.ts';
export * from './deployment.ts';
export * from './replicaset.ts';
export * from './statefulset.ts';
export * from './daemonset-strategy.ts';
export * from './statefulset-strategy.ts';
