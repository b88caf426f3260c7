/** Those that upstream has unless told. */
const usual = `
  NamespaceLifecycle LimitRanger ServiceAccount TaintNodesByCondition PodSecurity Priority DefaultTolerationSeconds
  DefaultStorageClass StorageObjectInUseProtection PodGroupProtection PersistentVolumeClaimResize RuntimeClass
  CertificateApproval CertificateSigning ClusterTrustBundleAttest CertificateSubjectRestriction DefaultIngressClass
  PodTopologyLabels PodGroupWorkloadExists NodeDeclaredFeatureValidator JobValidation PodResizeValidator
  MutatingAdmissionPolicy MutatingAdmissionWebhook ValidatingAdmissionPolicy ValidatingAdmissionWebhook ResourceQuota
`;

/** Those that are there for who asks. */
const onRequest = `
  AlwaysAdmit AlwaysDeny AlwaysPullImages DenyServiceExternalIPs EventRateLimit ExtendedResourceToleration
  ImagePolicyWebhook LimitPodHardAntiAffinityTopology NamespaceAutoProvision NamespaceExists NodeRestriction
  OwnerReferencesPermissionEnforcement PodNodeSelector PodTolerationRestriction
`;

const named = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));
const defaults = named(usual);

/** Every plugin that flags may name. */
export const pluginNames: ReadonlySet<string> = new Set([...defaults, ...named(onRequest)]);

export const isOnByDefault = (name: string): boolean => defaults.has(name);
