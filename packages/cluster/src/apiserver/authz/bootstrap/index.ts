import type { ClusterRoleBindingManifest } from '@tiphys/sdk/api';
import { clusterRoleBindings, namespaceRoles, roleBindings } from './bindings.ts';
import { clusterRoles } from './cluster-roles.ts';
import { controllerRoles } from './controller-roles.ts';
import { binding } from './declaration.ts';

const prefix = 'system:controller:';

const controllerBindings: ClusterRoleBindingManifest[] = controllerRoles.map(({ metadata }) => {
  const name = metadata?.name ?? '';
  return binding(name, `ClusterRole/${name}`, [`ServiceAccount:kube-system/${name.slice(prefix.length)}`]);
});

/** What RBAC holds before anybody has added to it. */
export const bootstrapPolicy = {
  clusterRoles: [...clusterRoles, ...controllerRoles],
  clusterRoleBindings: [...clusterRoleBindings, ...controllerBindings],
  roles: namespaceRoles,
  roleBindings,
};
