import * as api from '@tiphys/sdk/api';
import { type AnyKind, erase } from '@tiphys/sdk/schema';
import { type RuntimeConfig, servedBy } from './runtime-config.ts';

/** Every kind that can be stored, in the order in which their groups are listed, a group's preferred version first. */
const storable: readonly AnyKind[] = [
  erase(api.configMap),
  erase(api.endpoints),
  erase(api.event),
  erase(api.limitRange),
  erase(api.namespace),
  erase(api.node),
  erase(api.persistentVolume),
  erase(api.persistentVolumeClaim),
  erase(api.pod),
  erase(api.podTemplate),
  erase(api.replicationController),
  erase(api.resourceQuota),
  erase(api.secret),
  erase(api.service),
  erase(api.serviceAccount),
  erase(api.apiService),
  erase(api.controllerRevision),
  erase(api.daemonSet),
  erase(api.deployment),
  erase(api.replicaSet),
  erase(api.statefulSet),
  erase(api.eventsEvent),
  erase(api.horizontalPodAutoscaler),
  erase(api.horizontalPodAutoscalerV1),
  erase(api.cronJob),
  erase(api.job),
  erase(api.certificateSigningRequest),
  erase(api.clusterTrustBundle),
  erase(api.podCertificateRequest),
  erase(api.clusterTrustBundleV1Alpha1),
  erase(api.lease),
  erase(api.leaseCandidate),
  erase(api.leaseCandidateV1Alpha2),
  erase(api.endpointSlice),
  erase(api.ingress),
  erase(api.ingressClass),
  erase(api.ipAddress),
  erase(api.networkPolicy),
  erase(api.serviceCIDR),
  erase(api.ipAddressV1Beta1),
  erase(api.serviceCIDRV1Beta1),
  erase(api.runtimeClass),
  erase(api.podDisruptionBudget),
  erase(api.role),
  erase(api.roleBinding),
  erase(api.clusterRole),
  erase(api.clusterRoleBinding),
  erase(api.validatingWebhookConfiguration),
  erase(api.mutatingWebhookConfiguration),
  erase(api.validatingAdmissionPolicy),
  erase(api.validatingAdmissionPolicyBinding),
  erase(api.mutatingAdmissionPolicy),
  erase(api.mutatingAdmissionPolicyBinding),
  erase(api.mutatingAdmissionPolicyV1Beta1),
  erase(api.mutatingAdmissionPolicyBindingV1Beta1),
  erase(api.mutatingAdmissionPolicyV1Alpha1),
  erase(api.mutatingAdmissionPolicyBindingV1Alpha1),
  erase(api.customResourceDefinition),
  erase(api.priorityClass),
  erase(api.podGroup),
  erase(api.workload),
  erase(api.deviceClass),
  erase(api.resourceClaim),
  erase(api.resourceClaimTemplate),
  erase(api.resourceSlice),
  erase(api.deviceClassV1Beta2),
  erase(api.deviceTaintRuleV1Beta2),
  erase(api.resourceClaimV1Beta2),
  erase(api.resourceClaimTemplateV1Beta2),
  erase(api.resourceSliceV1Beta2),
  erase(api.deviceClassV1Beta1),
  api.resourceClaimV1Beta1,
  api.resourceClaimTemplateV1Beta1,
  api.resourceSliceV1Beta1,
  erase(api.deviceTaintRule),
  erase(api.resourcePoolStatusRequest),
  erase(api.csiDriver),
  erase(api.csiNode),
  erase(api.csiStorageCapacity),
  erase(api.storageClass),
  erase(api.volumeAttachment),
  erase(api.volumeAttributesClass),
  erase(api.volumeAttributesClassV1Beta1),
  erase(api.flowSchema),
  erase(api.priorityLevelConfiguration),
  erase(api.storageVersion),
  erase(api.storageVersionMigration),
];

/** Kinds that answer without being stored. */
const virtualKinds: readonly AnyKind[] = [
  erase(api.binding),
  erase(api.componentStatus),
  erase(api.tokenReview),
  erase(api.selfSubjectReview),
  erase(api.subjectAccessReview),
  erase(api.selfSubjectAccessReview),
  erase(api.localSubjectAccessReview),
  erase(api.selfSubjectRulesReview),
];

/** Every kind that this server could serve. */
export const declaredKinds: readonly AnyKind[] = [...storable, ...virtualKinds];

/** The kinds that one server serves. */
export interface ServedKinds {
  readonly stored: readonly AnyKind[];
  readonly all: readonly AnyKind[];
  /** One of those that share a place in the store keeps the cache: the version that is stored, served or not. */
  readonly hubs: readonly AnyKind[];
}

export function kindsServedBy(config: RuntimeConfig): ServedKinds {
  const isServed = servedBy(config, declaredKinds);
  const stored = storable.filter(isServed);
  const hubs = [...new Set(stored.map((k) => k.hub?.kind ?? k))];
  return { stored, all: [...stored, ...virtualKinds.filter(isServed)], hubs };
}

/** What is served unless somebody asks for more or less. */
export const standardKinds = kindsServedBy(new Map());
export const servedKinds = standardKinds.all;
