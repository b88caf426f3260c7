import { flowSchema, priorityLevelConfiguration } from '@tiphys/sdk/api';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { Clock } from '@tiphys/sdk/runtime';
import type { ClusterObjects } from '../admission/cluster-objects.ts';
import type { Feeds } from '../cache/feeds.ts';
import { computedFrom } from '../computed-from.ts';
import type { RequestInfo } from '../context.ts';
import type { Registries } from '../registry/registries.ts';
import { resourceOf } from '../registry/resource.ts';
import { Fairness } from './fairness.ts';

/** What of a server tells how it is to share its time, and what requests cost. */
export interface Sharing {
  readonly deps: { readonly clock: Clock };
  readonly registries: Registries;
  readonly feeds: Feeds;
  readonly served: () => readonly AnyKind[];
}

/** Fairness by the objects that are stored, as they are at any moment. */
export function liveFairness(
  { registries, feeds, served, deps: { clock } }: Sharing,
  { seats, objects }: { seats: number; objects: ClusterObjects },
): Fairness {
  const resources = computedFrom(
    served,
    (kinds) => new Map(kinds.map((k) => [`${k.group}/${k.version}/${k.plural}`, resourceOf(k)])),
  );
  const statsOf = ({ group, version, resource }: RequestInfo) => {
    const known = resources().get(`${group}/${version}/${resource}`);
    const cache = known && feeds.of(known).find(known);
    return cache && { count: cache.size, bytes: cache.bytes };
  };
  const fairness = new Fairness({ clock, seats, statsOf });
  const configure = () => fairness.configure(objects.list(priorityLevelConfiguration), objects.list(flowSchema));
  configure();
  registries.ofKind(priorityLevelConfiguration)?.cache.follow(configure);
  registries.ofKind(flowSchema)?.cache.follow(configure);
  return fairness;
}
