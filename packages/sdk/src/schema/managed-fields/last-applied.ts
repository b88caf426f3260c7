import { isObject, type JsonObject, type KubeObject, sorted, type StructShape } from '../../machinery/index.ts';
import { compare } from './compare.ts';
import { difference, type FieldSet } from './field-set.ts';
import { ownFields } from './own-fields.ts';
import { withoutManaged } from './update.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
const maxAnnotationBytes = 256 * 1024;

/** An apply by kubectl over what it used to apply on the client's side. */
interface KubectlApply {
  readonly shape: StructShape;
  readonly live: KubeObject | undefined;
  readonly applied: JsonObject;
}

/** Whether the live value is the one that client-side apply left: then kubectl may take it over without a conflict. */
export function isUnchangedSinceClientSide(path: readonly string[], { shape, live }: KubectlApply): boolean {
  let at = live && unchangedFields(shape, live);
  for (const element of path) at = at?.children?.get(element);
  return at?.member ?? false;
}

function unchangedFields(shape: StructShape, live: KubeObject): FieldSet | undefined {
  const text = live.metadata.annotations?.[annotation];
  if (!text) return undefined;
  let last: unknown;
  try {
    last = JSON.parse(text);
  } catch {
    // Somebody else's idea of the annotation: nothing is known of what was applied.
    return undefined;
  }
  if (!isObject(last)) return undefined;
  const set = ownFields(shape, last);
  const found = compare(shape, last, withoutManaged(live));
  return found ? difference(difference(difference(set, found.modified), found.added), found.removed) : set;
}

/** Keeps the annotation of client-side apply in step, so that going back to it loses nothing. */
export function refreshLastApplied(object: KubeObject, { live, applied }: KubectlApply): KubeObject {
  const annotations = object.metadata.annotations;
  if (live?.metadata.annotations?.[annotation] === undefined) return object;
  const { [annotation]: _, ...others } = annotations ?? {};
  const text = `${JSON.stringify(sorted(withoutAnnotation(applied)))}\n`;
  const size = Object.entries(others).reduce((n, [k, v]) => n + Buffer.byteLength(k) + Buffer.byteLength(v), 0);
  const fits = size + annotation.length + Buffer.byteLength(text) <= maxAnnotationBytes;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: fits ? { ...others, [annotation]: text } : others },
  };
}

function withoutAnnotation(applied: JsonObject): JsonObject {
  const metadata = applied['metadata'];
  if (!isObject(metadata) || !isObject(metadata['annotations'])) return applied;
  const { [annotation]: _, ...annotations } = metadata['annotations'];
  return { ...applied, metadata: { ...metadata, annotations } };
}
