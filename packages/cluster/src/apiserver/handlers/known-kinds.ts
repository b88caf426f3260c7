import { bodiesOnly, declaredKinds } from '../kinds.ts';

/** Kinds that nobody serves any more and whose manifests are still about: read, and then told to be of the wrong version. */
const retired: Readonly<Record<string, readonly string[]>> = {
  'extensions/v1beta1': ['DaemonSet', 'Deployment', 'Ingress', 'NetworkPolicy', 'ReplicaSet', 'Scale'],
  'apps/v1beta1': ['ControllerRevision', 'Deployment', 'Scale', 'StatefulSet'],
  'apps/v1beta2': ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'Scale', 'StatefulSet'],
};
/** Kinds that every version of every group has. */
const everywhere = [
  'CreateOptions',
  'DeleteOptions',
  'GetOptions',
  'ListOptions',
  'PatchOptions',
  'UpdateOptions',
  'WatchEvent',
];
const ofDiscovery = ['APIGroup', 'APIGroupList', 'APIResourceList', 'APIVersions', 'Status'];

/** Whether an object of this version and kind could be read at all, wherever it was sent. */
export function isKnownKind(apiVersion: string, kind: string): boolean {
  if (apiVersion === 'v1' && ofDiscovery.includes(kind)) return true;
  if (retired[apiVersion]?.includes(kind)) return true;
  const isServedVersion = declaredKinds.some((k) => k.apiVersion === apiVersion);
  if (isServedVersion && everywhere.includes(kind)) return true;
  return [...declaredKinds, ...bodiesOnly].some((k) => k.kind === kind && k.apiVersion === apiVersion);
}
