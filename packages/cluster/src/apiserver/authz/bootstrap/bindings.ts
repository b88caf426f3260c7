import { binding, namespaceRole } from './declaration.ts';

/** Who may read the bundles of certificates that the cluster trusts, where there are any. */
export const trustBundleBinding = binding(
  'system:cluster-trust-bundle-discovery',
  'ClusterRole/system:cluster-trust-bundle-discovery',
  ['Group:system:serviceaccounts'],
);

/** Who has which of the cluster's roles from the start. */
export const clusterRoleBindings = [
  binding('cluster-admin', 'ClusterRole/cluster-admin', ['Group:system:masters']),
  binding('system:basic-user', 'ClusterRole/system:basic-user', ['Group:system:authenticated']),
  binding('system:discovery', 'ClusterRole/system:discovery', ['Group:system:authenticated']),
  binding('system:kube-controller-manager', 'ClusterRole/system:kube-controller-manager', [
    'User:system:kube-controller-manager',
  ]),
  binding('system:kube-dns', 'ClusterRole/system:kube-dns', ['ServiceAccount:kube-system/kube-dns']),
  binding('system:kube-scheduler', 'ClusterRole/system:kube-scheduler', ['User:system:kube-scheduler']),
  binding('system:monitoring', 'ClusterRole/system:monitoring', ['Group:system:monitoring']),
  binding('system:node', 'ClusterRole/system:node', []),
  binding('system:node-proxier', 'ClusterRole/system:node-proxier', ['User:system:kube-proxy']),
  binding('system:public-info-viewer', 'ClusterRole/system:public-info-viewer', [
    'Group:system:authenticated',
    'Group:system:unauthenticated',
  ]),
  binding('system:service-account-issuer-discovery', 'ClusterRole/system:service-account-issuer-discovery', [
    'Group:system:serviceaccounts',
  ]),
  binding('system:volume-scheduler', 'ClusterRole/system:volume-scheduler', ['User:system:kube-scheduler']),
];

/** Roles that hold in one namespace. */
export const namespaceRoles = [
  namespaceRole(
    'kube-public',
    'system:controller:bootstrap-signer',
    `
    get,list,watch core configmaps
    update core configmaps cluster-info
    create,patch,update core,events.k8s.io events
  `,
  ),
  namespaceRole(
    'kube-system',
    'extension-apiserver-authentication-reader',
    `
    get,list,watch core configmaps extension-apiserver-authentication
  `,
  ),
  namespaceRole(
    'kube-system',
    'system::leader-locking-kube-controller-manager',
    `
    create,get,list,update,watch coordination.k8s.io leases
    create,get,list,update,watch coordination.k8s.io leasecandidates
  `,
  ),
  namespaceRole(
    'kube-system',
    'system::leader-locking-kube-scheduler',
    `
    create,get,list,update,watch coordination.k8s.io leases
    create,get,list,update,watch coordination.k8s.io leasecandidates
  `,
  ),
  namespaceRole(
    'kube-system',
    'system:controller:bootstrap-signer',
    `
    get,list,watch core secrets
  `,
  ),
  namespaceRole(
    'kube-system',
    'system:controller:cloud-provider',
    `
    create,get,list,watch core configmaps
  `,
  ),
  namespaceRole(
    'kube-system',
    'system:controller:token-cleaner',
    `
    delete,get,list,watch core secrets
    create,patch,update core,events.k8s.io events
  `,
  ),
];

export const roleBindings = [
  binding(
    'system:controller:bootstrap-signer',
    'Role/system:controller:bootstrap-signer',
    ['ServiceAccount:kube-system/bootstrap-signer'],
    'kube-public',
  ),
  binding(
    'system::extension-apiserver-authentication-reader',
    'Role/extension-apiserver-authentication-reader',
    ['User:system:kube-controller-manager', 'User:system:kube-scheduler'],
    'kube-system',
  ),
  binding(
    'system::leader-locking-kube-controller-manager',
    'Role/system::leader-locking-kube-controller-manager',
    [
      'User:system:kube-controller-manager',
      'ServiceAccount:kube-system/kube-controller-manager',
      'ServiceAccount:kube-system/leader-election-controller',
    ],
    'kube-system',
  ),
  binding(
    'system::leader-locking-kube-scheduler',
    'Role/system::leader-locking-kube-scheduler',
    ['User:system:kube-scheduler', 'ServiceAccount:kube-system/kube-scheduler'],
    'kube-system',
  ),
  binding(
    'system:controller:bootstrap-signer',
    'Role/system:controller:bootstrap-signer',
    ['ServiceAccount:kube-system/bootstrap-signer'],
    'kube-system',
  ),
  binding(
    'system:controller:cloud-provider',
    'Role/system:controller:cloud-provider',
    ['ServiceAccount:kube-system/cloud-provider'],
    'kube-system',
  ),
  binding(
    'system:controller:token-cleaner',
    'Role/system:controller:token-cleaner',
    ['ServiceAccount:kube-system/token-cleaner'],
    'kube-system',
  ),
];
