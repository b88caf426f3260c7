import { endpointSlice, type EndpointSlice } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { equal, isNotFound, type ObjectMeta, type OwnerReference } from '@tiphys/sdk/machinery';
import { sameContent, type SlicePlan } from './pack.ts';

export interface SliceTemplate {
  readonly namespace: string;
  readonly generateName: string;
  readonly labels: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly owner: OwnerReference;
}

/** Carries a plan out; slices that are as they should be aren't touched. */
export async function writeSlices(
  plan: SlicePlan,
  { namespace, generateName, labels, annotations, owner }: SliceTemplate,
  client: Client,
  signal: AbortSignal,
): Promise<void> {
  for (const content of plan.create) {
    const metadata = { namespace, generateName, labels, ...(annotations && { annotations }), ownerReferences: [owner] };
    await client.create(endpointSlice, { metadata, ...content }, { signal });
  }
  for (const { slice, content } of plan.keep) {
    const metadata: ObjectMeta = { ...slice.metadata, labels, ...(annotations && { annotations }) };
    const asIs =
      sameContent(slice, content) && equal(labels, slice.metadata.labels) && sameAnnotations(slice, annotations);
    if (!asIs) await client.update(endpointSlice, { ...slice, metadata, ...content }, { signal });
  }
  for (const slice of plan.remove) {
    await client.delete(endpointSlice, slice, { signal }).catch((err: unknown) => {
      if (!isNotFound(err)) throw err;
    });
  }
}

const sameAnnotations = ({ metadata }: EndpointSlice, wanted: Record<string, string> | undefined) =>
  !wanted || equal(metadata.annotations ?? {}, wanted);
