import { objectMeta } from '@tiphys/sdk/api';
import { deepCopy, equal, holdsGivenEmpty, type KubeObject, type ObjectMeta } from '@tiphys/sdk/machinery';
import { type AnyKind, decode, type PartStrategy, setFields, type WriteContext } from '@tiphys/sdk/schema';

/** How the part of an object that a subresource is, is written; nothing where the object itself is. */
export function partOf(
  { status, parts }: AnyKind,
  subresource: string | undefined,
): PartStrategy<KubeObject> | undefined {
  if (!subresource) return undefined;
  if (subresource !== 'status') return parts?.[subresource];
  const own: PartStrategy<KubeObject> = typeof status === 'object' ? status : {};
  return {
    ...own,
    prepareForUpdate(next, old, context) {
      keepAllButStatus(next, old);
      if (own.keepsMetadata) keepOldMetadata(next.metadata, old.metadata);
      own.prepareForUpdate?.(next, old, context);
    },
  };
}

/** The object, or the part of it, as it goes on to be judged. */
export function prepareUpdate(
  kind: AnyKind,
  part: PartStrategy<KubeObject> | undefined,
  { next, old }: { next: KubeObject; old: KubeObject },
  context: WriteContext,
): void {
  if (part) return part.prepareForUpdate?.(next, old, context);
  if (kind.status) bringBackStatus(next, old);
  kind.prepareForUpdate?.(next, old, context);
}

type WithParts = KubeObject & { spec?: unknown; status?: unknown };

/** The status as the decoder leaves it when nobody set one. */
export function dropStatus(object: WithParts, { schema }: AnyKind): void {
  const field = schema.shape.fields.get('status');
  if (field && 'status' in object) object.status = decode(field.shape, {});
}

/** The status is as it was; the kind may still have its say about it. */
function bringBackStatus(next: WithParts, old: WithParts): void {
  if ('status' in old) next.status = deepCopy(old.status);
  else delete next.status;
}

/**
 * The default of `/status`: of what was sent only the status, and metadata that isn't fixed, counts. The rest is the old
 * object's own, which nobody changes any more.
 */
function keepAllButStatus(next: WithParts, old: WithParts): void {
  for (const member of Object.keys({ ...next, ...old }) as (keyof WithParts)[]) {
    if (member === 'status' || member === 'metadata' || member === 'apiVersion' || member === 'kind') continue;
    if (member in old) next[member] = old[member] as never;
    else delete next[member];
  }
}

function keepOldMetadata(next: ObjectMeta, old: ObjectMeta): void {
  const { labels, annotations, finalizers, ownerReferences } = deepCopy(old);
  setFields(objectMeta, next, { labels, annotations, finalizers, ownerReferences });
}

/** Whether `metadata.generation` counts a change. */
export function isCountedChange(kind: AnyKind, next: WithParts, old: WithParts): boolean {
  const now = counted(kind, next);
  return !equal(now, counted(kind, old)) || Boolean(kind.generationCountsEmpty && holdsGivenEmpty(now));
}

const counted = ({ generation }: AnyKind, object: WithParts): unknown =>
  typeof generation === 'function' ? generation(object) : object.spec;
