import { pod, type Pod } from '@tiphys/sdk/api';
import type { CacheView } from '@tiphys/sdk/cache';

const index = 'node';

/** Lets `podsOnNode` answer; for a controller's `setup`. */
export function indexPodsByNode(cache: CacheView): void {
  cache.informer(pod).addIndex(index, (p) => (p.spec.nodeName ? [p.spec.nodeName] : []));
}

export const podsOnNode = (cache: CacheView, nodeName: string): readonly Pod[] => cache.by(pod, index, nodeName);
