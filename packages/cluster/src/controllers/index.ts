/**
 * The controllers of a cluster: each makes one part of the world as objects say it should be. They speak through the API alone
 * and are built on the public SDK; each has its file or folder, decisions apart from writes.
 */
import { type Controller, type ControllerDeps, runControllers as runAll } from '@tiphys/sdk/operator';
import { clusterRoleAggregationController } from './clusterroleaggregation.ts';
import { deploymentController } from './deployment/index.ts';
import { endpointsController } from './endpoints/index.ts';
import { endpointSliceController } from './endpointslice/index.ts';
import { endpointSliceMirroringController } from './endpointslicemirroring/index.ts';
import { garbageCollector } from './garbagecollector/index.ts';
import { namespaceController } from './namespace/index.ts';
import { nodeIpamController, type NodeIpamConfig } from './nodeipam.ts';
import { nodeLifecycleController } from './nodelifecycle/index.ts';
import { podGcController } from './podgc.ts';
import { replicaSetController } from './replicaset/index.ts';
import { rootCaCertPublisher } from './rootcacertpublisher.ts';
import { serviceAccountController } from './serviceaccount.ts';
import { taintEvictionController } from './tainteviction.ts';

export type { NodeIpamConfig } from './nodeipam.ts';

export interface ControllersConfig {
  /** PEM of the certificates by which pods know the API server. */
  readonly rootCa: string;
  /** Without it nodes are given no pod networks. */
  readonly nodeIpam?: NodeIpamConfig;
}

/** Every controller, in no order that matters. */
export const standardControllers = ({ rootCa, nodeIpam }: ControllersConfig): Controller[] => [
  deploymentController,
  replicaSetController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  namespaceController,
  garbageCollector,
  serviceAccountController,
  rootCaCertPublisher(rootCa),
  nodeLifecycleController,
  taintEvictionController,
  podGcController,
  clusterRoleAggregationController,
  ...(nodeIpam ? [nodeIpamController(nodeIpam)] : []),
];

export function runControllers(
  deps: ControllerDeps & { readonly config: ControllersConfig },
  signal: AbortSignal,
): Promise<void> {
  return runAll(standardControllers(deps.config), deps, signal);
}
