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
import {
  alwaysAdmit,
  alwaysDeny,
  alwaysPullImages,
  denyServiceExternalIPs,
  eventRateLimit,
  extendedResourceToleration,
  imagePolicyWebhook,
  limitPodHardAntiAffinityTopology,
  namespaceAutoProvision,
  namespaceExists,
  ownerReferencesPermissionEnforcement,
  podNodeSelector,
  podTolerationRestriction,
} from './optional/index.ts';
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
import { type AdmissionSettings, isOn } from './settings.ts';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';
import { unprivileged } from './unprivileged.ts';
import type { WebhookConnections } from '../webhook-client/index.ts';
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
  readonly connections: WebhookConnections;
  /** The registry of namespaces. */
  readonly namespaces: () => Registry;
  readonly settings: AdmissionSettings;
  /** Whether containers may be privileged, which they may unless told. */
  readonly allowPrivileged?: boolean | undefined;
}

/** The plugins, in upstream's order. */
export function admissionPlugins({ allowPrivileged = true, ...deps }: AdmissionConfig): readonly AdmissionPlugin[] {
  return everyPlugin(deps).filter(
    ({ name, featureGate }) =>
      (name === unprivileged.name ? !allowPrivileged : isOn(name, deps.settings)) &&
      (!featureGate || isOpen(deps.gates, featureGate)),
  );
}

const everyPlugin = ({
  objects,
  random,
  clock,
  quotas,
  namespaces,
  settings,
  authorizer,
  route,
  connections,
  gates,
  ...served
}: Omit<AdmissionConfig, 'allowPrivileged'>): readonly AdmissionPlugin[] => [
  alwaysAdmit,
  namespaceAutoProvision(objects, namespaces),
  namespaceLifecycle(objects),
  namespaceExists(objects),
  limitPodHardAntiAffinityTopology,
  limitRanger(objects),
  serviceAccount(objects, random),
  nodeRestriction(objects, authorizer),
  taintNodesByCondition,
  alwaysPullImages,
  ...(settings.imagePolicy ? [imagePolicyWebhook(settings.imagePolicy)] : []),
  podSecurity(objects, settings.podSecurity),
  podNodeSelector(objects, settings.nodeSelectors ?? {}),
  priority(objects, gates),
  defaultTolerationSeconds,
  podTolerationRestriction(objects, settings.tolerations ?? {}),
  eventRateLimit(settings.eventLimits ?? [], clock),
  extendedResourceToleration,
  defaultStorageClass(objects),
  storageObjectInUseProtection,
  podGroupProtection,
  ownerReferencesPermissionEnforcement({ authorizer, kinds: served.kinds }),
  persistentVolumeClaimResize(objects),
  runtimeClassAdmission(objects),
  certificateApproval(authorizer),
  certificateSigning(authorizer),
  clusterTrustBundleAttest(authorizer),
  certificateSubjectRestriction,
  defaultIngressClass(objects),
  denyServiceExternalIPs,
  podTopologyLabels(objects),
  podGroupWorkloadExists(objects),
  unprivileged,
  mutatingAdmissionPolicies({ objects, authorizer, ...served }),
  mutatingWebhookAdmission({
    objects,
    authorizer,
    random,
    clock,
    route,
    connections,
    users: settings.mutatingWebhookUsers,
    ...served,
  }),
  validatingAdmissionPolicies({ objects, authorizer, ...served }),
  validatingWebhookAdmission({
    objects,
    authorizer,
    random,
    clock,
    route,
    connections,
    users: settings.validatingWebhookUsers,
    ...served,
  }),
  resourceQuotas({ objects, clock, quotas, limited: settings.limitedResources }),
  alwaysDeny,
];

export { type AdmissionFlags, type AdmissionSettings, readAdmission } from './settings.ts';
