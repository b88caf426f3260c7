import type { AnyKind, Gates } from '@tiphys/sdk/schema';
import type { DiscoveredVersion } from './discovered.ts';
import { byGroup, byVersion, type Priority, priorityOf } from './priorities.ts';
import { type ApiResource, resourcesOf } from './resource-lists.ts';

interface ApiVersion {
  readonly version: string;
  readonly priority: Priority;
  readonly resources: readonly ApiResource[];
  /** What is told of one that somebody else serves. */
  readonly elsewhere?: DiscoveredVersion;
}

/** A group and its versions, the preferred one first. */
export interface ApiGroup {
  readonly name: string;
  readonly versions: readonly ApiVersion[];
}

/** A version that somebody else serves. */
export interface VersionElsewhere {
  readonly group: string;
  readonly priority: Priority;
  readonly told: DiscoveredVersion;
}

/** All groups in the order in which clients see them. What somebody else serves stands before what is defined in the same version. */
export function groupsOf(
  kinds: readonly AnyKind[],
  elsewhere: readonly VersionElsewhere[] = [],
  gates?: Gates,
): ApiGroup[] {
  const groups = new Map<string, Map<string, ApiVersion>>();
  const versionsOf = (group: string): Map<string, ApiVersion> => {
    const versions = groups.get(group) ?? new Map<string, ApiVersion>();
    groups.set(group, versions);
    return versions;
  };
  for (const [{ group, version }, resources] of resourcesByVersion(kinds, gates)) {
    versionsOf(group).set(version, { version, priority: priorityOf(group, version), resources });
  }
  for (const { group, priority, told } of elsewhere) {
    const { version } = told;
    versionsOf(group).set(version, { version, priority, resources: [], elsewhere: told });
  }
  return [...groups]
    .map(([name, versions]) => ({ name, versions: [...versions.values()].sort(byVersion) }))
    .sort(byGroup);
}

function resourcesByVersion(kinds: readonly AnyKind[], gates: Gates | undefined): Map<AnyKind, ApiResource[]> {
  const out = new Map<AnyKind, ApiResource[]>();
  const firsts = new Map<string, AnyKind>();
  for (const kind of kinds) {
    const name = `${kind.group}/${kind.version}`;
    const first = firsts.get(name) ?? kind;
    firsts.set(name, first);
    out.set(first, [...(out.get(first) ?? []), ...resourcesOf(kind, gates)]);
  }
  for (const resources of out.values()) resources.sort((a, b) => compare(mainOf(a), mainOf(b)));
  return out;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Subresources follow their resource. */
const mainOf = ({ name }: ApiResource): string => name.split('/')[0]!;
