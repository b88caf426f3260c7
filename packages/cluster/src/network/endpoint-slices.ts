import { type EndpointSlice, endpointSlice } from '@tiphys/sdk/api';
import type { Cache, Informer } from '@tiphys/sdk/cache';

/** The slices of the cluster and which service they belong to. */
export interface SlicesByService {
  informer: Informer<EndpointSlice>;
  /** By `namespace/name` of the service. */
  of(service: string): readonly EndpointSlice[];
}

const serviceNameLabel = 'kubernetes.io/service-name';
const index = 'service';

export function slicesByService(cache: Cache): SlicesByService {
  const informer = cache.informer(endpointSlice);
  informer.addIndex(index, (slice) => {
    const key = serviceOf(slice);
    return key === undefined ? [] : [key];
  });
  return { informer, of: (service) => informer.by(index, service) };
}

/** `namespace/name` of the service whose endpoints these are. */
export function serviceOf(slice: EndpointSlice): string | undefined {
  const name = slice.metadata.labels?.[serviceNameLabel];
  return name === undefined ? undefined : `${slice.metadata.namespace}/${name}`;
}
