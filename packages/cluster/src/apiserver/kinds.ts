import * as api from '@tiphys/sdk/api';
import { type AnyKind, erase } from '@tiphys/sdk/schema';

/** The kinds that are stored, in the order in which their groups are listed. */
export const storedKinds: readonly AnyKind[] = [
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
  erase(api.cronJob),
  erase(api.job),
  erase(api.certificateSigningRequest),
  erase(api.lease),
  erase(api.endpointSlice),
  erase(api.ingress),
  erase(api.ingressClass),
  erase(api.ipAddress),
  erase(api.networkPolicy),
  erase(api.serviceCIDR),
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
  erase(api.priorityClass),
  erase(api.deviceClass),
  erase(api.resourceClaim),
  erase(api.resourceClaimTemplate),
  erase(api.resourceSlice),
  erase(api.csiDriver),
  erase(api.csiNode),
  erase(api.csiStorageCapacity),
  erase(api.storageClass),
  erase(api.volumeAttachment),
  erase(api.volumeAttributesClass),
  erase(api.flowSchema),
  erase(api.priorityLevelConfiguration),
];

/** One of those that share a place in the store keeps the cache: the version that is stored. */
export const hubKinds: readonly AnyKind[] = storedKinds.filter((k) => !k.hub);

/** Kinds that answer without being stored. */
const virtualKinds: readonly AnyKind[] = [
  erase(api.binding),
  erase(api.tokenReview),
  erase(api.selfSubjectReview),
  erase(api.subjectAccessReview),
  erase(api.selfSubjectAccessReview),
  erase(api.localSubjectAccessReview),
  erase(api.selfSubjectRulesReview),
];

export const servedKinds: readonly AnyKind[] = [...storedKinds, ...virtualKinds];
