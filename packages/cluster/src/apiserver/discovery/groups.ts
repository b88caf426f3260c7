import type { AnyKind } from '@tiphys/sdk/schema';
import { type ApiResource, resourcesOf } from './resource-lists.ts';

/** A group and its versions, the preferred one first. */
export interface ApiGroup {
  readonly name: string;
  readonly versions: readonly { readonly version: string; readonly resources: readonly ApiResource[] }[];
}

/** The order in which upstream lists its groups. */
const order = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
];

export function groupsOf(kinds: readonly AnyKind[]): ApiGroup[] {
  const groups = new Map<string, Map<string, ApiResource[]>>();
  for (const kind of kinds) {
    const versions = groups.get(kind.group) ?? new Map<string, ApiResource[]>();
    groups.set(kind.group, versions);
    const resources = versions.get(kind.version) ?? [];
    versions.set(kind.version, resources);
    resources.push(...resourcesOf(kind));
  }
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...groups]
    .sort(([a], [b]) => rank(a) - rank(b) || compare(a, b))
    .map(([name, versions]) => ({
      name,
      versions: [...versions].map(([version, resources]) => ({
        version,
        resources: resources.sort((a, b) => compare(mainOf(a), mainOf(b))),
      })),
    }));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Subresources follow their resource. */
const mainOf = ({ name }: ApiResource): string => name.split('/')[0]!;
