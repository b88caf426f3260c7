/** What may be written, beyond what is valid: plugins that look at each write, change it, or refuse it. */
import type { Clock, Random } from '@tiphys/sdk/runtime';
import { isOpen } from '@tiphys/sdk/api';
import type { Gates } from '@tiphys/sdk/schema';
import {
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  clusterTrustBundleAttest,
} from './certificates.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServiceRoute } from '../services/index.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { mutatingAdmissionPolicies } from './policies/mutating.ts';
import { validatingAdmissionPolicies } from './policies/validating.ts';
import type { PolicyWorld } from './policies/world.ts';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { podGroupProtection } from './pod-group-protection.ts';
import { podGroupWorkloadExists } from './pod-group-workload-exists.ts';
import { podSecurity } from './pod-security/index.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import { priority } from './priority.ts';
import { runtimeClassAdmission } from './runtime-class.ts';
import { resourceQuotas } from './resource-quota.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';
import { unprivileged } from './unprivileged.ts';
import { WebhookConnections } from '../webhook-client/index.ts';
import { mutatingWebhookAdmission } from './webhooks/mutating.ts';
import { validatingWebhookAdmission } from './webhooks/validating.ts';

export interface AdmissionConfig extends PolicyWorld {
  readonly objects: ClusterObjects;
  readonly random: Random;
  readonly clock: Clock;
  /** The registry of quotas. */
  readonly quotas: () => Registry;
  /** Feature gates that are open. */
  readonly gates?: Gates;
  /** How webhooks in the cluster are reached. */
  readonly route: ServiceRoute;
  /** Names of plugins to have beside those that upstream has unless told. */
  readonly enable: readonly string[];
}

/** Plugins that are there only where they are asked for (`--enable-admission-plugins`, `--allow-privileged=false`). */
const onRequest = new Set(['NodeRestriction', unprivileged.name]);

/** The plugins, in upstream's order. */
export function admissionPlugins({ enable, ...deps }: AdmissionConfig): readonly AdmissionPlugin[] {
  const all = everyPlugin({ ...deps, connections: new WebhookConnections() });
  const unknown = enable.find((name) => !all.some((p) => p.name === name));
  if (unknown !== undefined) throw new Error(`unknown admission plugin ${JSON.stringify(unknown)}`);
  return all.filter(
    ({ name, featureGate }) =>
      (!onRequest.has(name) || enable.includes(name)) && (!featureGate || isOpen(deps.gates, featureGate)),
  );
}

const everyPlugin = ({
  objects,
  random,
  clock,
  quotas,
  authorizer,
  route,
  connections,
  gates,
  ...served
}: Omit<AdmissionConfig, 'enable'> & { readonly connections: WebhookConnections }): readonly AdmissionPlugin[] => [
  namespaceLifecycle(objects),
  limitRanger(objects),
  serviceAccount(objects, random),
  nodeRestriction(objects, authorizer),
  taintNodesByCondition,
  priority(objects, gates),
  defaultTolerationSeconds,
  defaultStorageClass(objects),
  storageObjectInUseProtection,
  podGroupProtection,
  persistentVolumeClaimResize(objects),
  runtimeClassAdmission(objects),
  certificateApproval(authorizer),
  certificateSigning(authorizer),
  clusterTrustBundleAttest(authorizer),
  certificateSubjectRestriction,
  defaultIngressClass(objects),
  podSecurity(objects),
  podTopologyLabels(objects),
  podGroupWorkloadExists(objects),
  unprivileged,
  mutatingAdmissionPolicies({ objects, authorizer, ...served }),
  mutatingWebhookAdmission({ objects, authorizer, random, clock, route, connections, ...served }),
  validatingAdmissionPolicies({ objects, authorizer, ...served }),
  validatingWebhookAdmission({ objects, authorizer, random, clock, route, connections, ...served }),
  resourceQuotas({ objects, clock, quotas }),
];
