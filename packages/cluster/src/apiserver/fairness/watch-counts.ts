import { parseFieldSelector } from '@tiphys/sdk/machinery';
import type { RequestInfo } from '../context.ts';

/** The watches of one resource: of all its objects, of a namespace's, of one object. */
class Watched {
  all = 0;
  readonly byPlace = new Map<string, number>();
}

const placeOf = ({ namespace, name }: Pick<RequestInfo, 'namespace' | 'name'>): string => `${namespace}/${name}`;

/** How many watch what, so that it is known what a write costs. */
export class WatchCounts {
  /** By resource, then group: few resources share a name. */
  readonly #watched = new Map<string, Map<string, Watched>>();

  /** Counts a watch until what it answers is called. */
  add(info: RequestInfo, query: URLSearchParams): () => void {
    if (isNarrow(info, query)) return () => {};
    const ofName = this.#watched.get(info.resource) ?? new Map<string, Watched>();
    const watched = ofName.get(info.group) ?? new Watched();
    this.#watched.set(info.resource, ofName.set(info.group, watched));
    const place = placeOf(info);
    const change = (by: 1 | -1) => {
      if (place === '/') watched.all += by;
      else {
        const count = (watched.byPlace.get(place) ?? 0) + by;
        if (count) watched.byPlace.set(place, count);
        else watched.byPlace.delete(place);
      }
    };
    change(1);
    return () => {
      change(-1);
      if (watched.all || watched.byPlace.size) return;
      ofName.delete(info.group);
      if (!ofName.size) this.#watched.delete(info.resource);
    };
  }

  /** How many may be told of what a request writes. */
  of(info: RequestInfo): number {
    const watched = this.#watched.get(info.resource)?.get(info.group);
    if (!watched) return 0;
    const { all, byPlace } = watched;
    if (!byPlace.size) return all;
    const { namespace, name } = info;
    const within = namespace ? (byPlace.get(placeOf({ namespace, name: '' })) ?? 0) : 0;
    return all + within + (name ? (byPlace.get(placeOf(info)) ?? 0) : 0);
  }
}

/** Pods are found by their node: whoever watches those of one isn't told of the others. */
function isNarrow({ resource }: RequestInfo, query: URLSearchParams): boolean {
  const selector = resource === 'pods' && query.get('fieldSelector');
  if (!selector) return false;
  try {
    return parseFieldSelector(selector).some((r) => r.field === 'spec.nodeName' && r.operator === '=' && r.value);
  } catch {
    // The endpoint says what is wrong with it.
    return false;
  }
}
