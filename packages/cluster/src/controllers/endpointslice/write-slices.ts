import { endpointSlice, type EndpointSlice } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { equal, isNotFound, type ObjectMeta, type OwnerReference } from '@tiphys/sdk/machinery';
import { sameContent, type SlicePlan } from './pack.ts';

export interface SliceTemplate {
  readonly namespace: string;
  readonly generateName: string;
  readonly labels: Record<string, string>;
  readonly owner: OwnerReference;
  /** The annotations that are written, given those that a slice has. */
  readonly annotate: (current: Annotations | undefined) => Record<string, string>;
  /** Whether other annotations are a reason to write. */
  readonly annotationsCount: boolean;
}

type Annotations = Readonly<Record<string, string>>;

/** Carries a plan out; slices that are as they should be aren't touched. */
export async function writeSlices(
  plan: SlicePlan,
  { namespace, generateName, labels, owner, annotate, annotationsCount }: SliceTemplate,
  client: Client,
  signal: AbortSignal,
): Promise<void> {
  for (const content of plan.create) {
    const metadata = { namespace, generateName, labels, annotations: annotate(undefined), ownerReferences: [owner] };
    await client.create(endpointSlice, { metadata, ...content }, { signal });
  }
  for (const { slice, content } of plan.keep) {
    const annotations = annotate(slice.metadata.annotations);
    const asIs =
      sameContent(slice, content) &&
      equal(labels, slice.metadata.labels) &&
      (!annotationsCount || equal(annotations, slice.metadata.annotations ?? {}));
    const metadata: ObjectMeta = { ...slice.metadata, labels, annotations };
    if (!asIs) await client.update(endpointSlice, { ...slice, metadata, ...content }, { signal });
  }
  await removeSlices(plan.remove, client, signal);
}

export async function removeSlices(
  slices: readonly EndpointSlice[],
  client: Client,
  signal: AbortSignal,
): Promise<void> {
  for (const slice of slices) {
    await client.delete(endpointSlice, slice, { signal }).catch((err: unknown) => {
      if (!isNotFound(err)) throw err;
    });
  }
}
