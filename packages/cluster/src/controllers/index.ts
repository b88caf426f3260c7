/**
 * The controllers of a cluster: each makes one part of the world as objects say it should be. They speak through the API alone
 * and are built on the public SDK; each has its file or folder, decisions apart from writes.
 */
import type { Client } from '@tiphys/sdk/client';
import type { Controller, ControllerDeps } from '@tiphys/sdk/operator';
import { group } from '@tiphys/sdk/runtime';
import { admissionPolicyStatusController } from './admissionpolicystatus/index.ts';
import { clusterRoleAggregationController } from './clusterroleaggregation.ts';
import { deploymentController } from './deployment/index.ts';
import { disruptionController } from './disruption/index.ts';
import { staleDisruptionController } from './disruption/stale.ts';
import { endpointsController } from './endpoints/index.ts';
import { endpointSliceController } from './endpointslice/index.ts';
import { endpointSliceMirroringController } from './endpointslicemirroring/index.ts';
import { garbageCollector } from './garbagecollector/index.ts';
import { namespaceController } from './namespace/index.ts';
import { nodeIpamController, type NodeIpamConfig } from './nodeipam.ts';
import { nodeLifecycleController } from './nodelifecycle/index.ts';
import { podGcController } from './podgc.ts';
import { replicaSetController } from './replicaset/index.ts';
import { resourceQuotaController } from './resourcequota/index.ts';
import { rootCaCertPublisher } from './rootcacertpublisher.ts';
import { serviceAccountController } from './serviceaccount.ts';
import {
  attributesClassProtectionController,
  claimProtectionController,
  volumeProtectionController,
} from './storageprotection.ts';
import { taintEvictionController } from './tainteviction.ts';

export type { NodeIpamConfig } from './nodeipam.ts';

export interface ControllersConfig {
  /** PEM of the certificates by which pods know the API server. */
  readonly rootCa: string;
  /** Without it nodes are given no pod networks. */
  readonly nodeIpam?: NodeIpamConfig;
}

/** Every controller, beside the service account of kube-system that it acts as. In no order that matters. */
const standardControllers = ({ rootCa, nodeIpam }: ControllersConfig): [account: string, controller: Controller][] => [
  ['deployment-controller', deploymentController],
  ['replicaset-controller', replicaSetController],
  ['disruption-controller', disruptionController],
  ['disruption-controller', staleDisruptionController],
  ['endpoint-controller', endpointsController],
  ['endpointslice-controller', endpointSliceController],
  ['endpointslicemirroring-controller', endpointSliceMirroringController],
  ['namespace-controller', namespaceController],
  ['generic-garbage-collector', garbageCollector],
  ['resourcequota-controller', resourceQuotaController],
  ['service-account-controller', serviceAccountController],
  ['root-ca-cert-publisher', rootCaCertPublisher(rootCa)],
  ['node-controller', nodeLifecycleController],
  ['node-controller', taintEvictionController],
  ['pod-garbage-collector', podGcController],
  ['clusterrole-aggregation-controller', clusterRoleAggregationController],
  ['validatingadmissionpolicy-status-controller', admissionPolicyStatusController],
  ['pvc-protection-controller', claimProtectionController],
  ['pv-protection-controller', volumeProtectionController],
  ['volumeattributesclass-protection-controller', attributesClassProtectionController],
  ...(nodeIpam ? [['node-controller', nodeIpamController(nodeIpam)] as [string, Controller]] : []),
];

export interface ControllersDeps extends ControllerDeps {
  readonly config: ControllersConfig;
  /** Gives each controller the rights of its own service account; without it all write with the one client. */
  readonly clientOf?: (account: string) => Client;
}

export async function runControllers(
  { config, clientOf, ...deps }: ControllersDeps,
  signal: AbortSignal,
): Promise<void> {
  await using tasks = group(signal);
  for (const [account, controller] of standardControllers(config)) {
    tasks.go((s) => controller.run({ ...deps, ...(clientOf && { client: clientOf(account) }) }, s));
  }
  await tasks.done();
}
