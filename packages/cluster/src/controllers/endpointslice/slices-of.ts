import { endpointSlice, type EndpointSlice } from '@tiphys/sdk/api';
import type { CacheView } from '@tiphys/sdk/cache';
import { watch, type Watch } from '@tiphys/sdk/operator';
import { managedByLabel, serviceNameLabel } from './labels.ts';

const index = 'service';

/** Lets `slicesOf` answer; for a controller's `setup`. */
export function indexSlicesByService(cache: CacheView): void {
  cache.informer(endpointSlice).addIndex(index, (s) => serviceKeys(s));
}

/** The slices that say they are this service's and this manager's; labels tell it, as a reader sees it, and not who owns them. */
export const slicesOf = (cache: CacheView, key: string, manager: string): EndpointSlice[] =>
  cache.by(endpointSlice, index, key).filter((s) => isManaged(s, manager) && !s.metadata.deletionTimestamp);

/**
 * Which changes of slices call for their service: of what they say (a generation), of whose they say they are, and their end.
 * Other labels and annotations that somebody gives them stay until there is something to write.
 */
export const sliceChanges = (manager: string): Watch =>
  watch(endpointSlice, (next, old) => {
    if (![next, old].some((s) => s && isManaged(s, manager))) return [];
    const keys = [next, old].flatMap((s) => (s ? serviceKeys(s) : []));
    const [now, before] = keys;
    const same = now === before && isManaged(next ?? old!, manager) === isManaged(old ?? next!, manager);
    return next && old && same && next.metadata.generation === old.metadata.generation ? [] : keys;
  });

const isManaged = ({ metadata }: EndpointSlice, manager: string) => metadata.labels?.[managedByLabel] === manager;

function serviceKeys({ metadata }: EndpointSlice): string[] {
  const name = metadata.labels?.[serviceNameLabel];
  return name ? [`${metadata.namespace}/${name}`] : [];
}
