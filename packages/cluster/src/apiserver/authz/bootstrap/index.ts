import {
  type ClusterRoleBindingManifest,
  type ClusterRoleManifest,
  type PolicyRule,
  standardGates,
} from '@tiphys/sdk/api';
import type { Gates } from '@tiphys/sdk/schema';
import { clusterRoleBindings, namespaceRoles, roleBindings, trustBundleBinding } from './bindings.ts';
import { clusterRoles } from './cluster-roles.ts';
import { controllerRoles } from './controller-roles.ts';
import { binding, type Gated, type IsOpen } from './declaration.ts';

const prefix = 'system:controller:';

/** Feature gates that roles stand behind, or rules of them. */
export const roleGates: readonly string[] = [
  'APIServerIdentity',
  'ClusterTrustBundle',
  'DRADeviceTaintRules',
  'DRADeviceTaints',
  'DRAExtendedResource',
  'DRAResourceClaimGranularStatusAuthorization',
  'DRAResourcePoolStatus',
  'DRAWorkloadResourceClaims',
  'GenericWorkload',
  'KubeletServiceAccountTokenForCredentialProviders',
  'PodCertificateRequest',
  'StorageVersionAPI',
  'StorageVersionMigrator',
  'WorkloadWithJob',
];

/** Of the gates that no field stands behind. */
const openByDefault = new Set([
  ...standardGates,
  'APIServerIdentity',
  'DRAResourceClaimGranularStatusAuthorization',
  'KubeletServiceAccountTokenForCredentialProviders',
]);

/** Gates by default aren't all named: only those that fields stand behind are. */
const openIn =
  (gates: Gates): IsOpen =>
  (gate) =>
    (gates === standardGates ? openByDefault : gates).has(gate);

const thoseIn = (roles: readonly Gated<ClusterRoleManifest>[], isOpen: IsOpen): ClusterRoleManifest[] =>
  roles.flatMap((role) => role(isOpen) ?? []);

const bindingOf = ({ metadata }: ClusterRoleManifest): ClusterRoleBindingManifest => {
  const name = metadata?.name ?? '';
  return binding(name, `ClusterRole/${name}`, [`ServiceAccount:kube-system/${name.slice(prefix.length)}`]);
};

/** What RBAC holds before anybody has added to it, with the feature gates that are open. */
export function bootstrapPolicy(gates: Gates = standardGates) {
  const isOpen = openIn(gates);
  const ofControllers = thoseIn(controllerRoles, isOpen);
  return {
    clusterRoles: [...thoseIn(clusterRoles, isOpen), ...ofControllers],
    clusterRoleBindings: [
      ...clusterRoleBindings,
      ...(isOpen('ClusterTrustBundle') ? [trustBundleBinding] : []),
      ...ofControllers.map(bindingOf),
    ],
    roles: namespaceRoles,
    roleBindings,
  };
}

/** What any node may do, as far as what its pods need doesn't say otherwise. */
export function nodeRules(gates: Gates = standardGates): readonly PolicyRule[] {
  const roles = thoseIn(clusterRoles, openIn(gates));
  return (roles.find((r) => r.metadata?.name === 'system:node')?.rules ?? []) as readonly PolicyRule[];
}
