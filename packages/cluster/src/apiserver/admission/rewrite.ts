import { internalError, isObject, type JsonObject, type KubeObject } from '@tiphys/sdk/machinery';
import { type AnyKind, decode, DecodeError } from '@tiphys/sdk/schema';
import { inOtherVersion } from './forms.ts';
import type { AdmissionAttributes } from './plugin.ts';

/** An object as somebody outside has made it, with its defaults. */
export function decodedAs(kind: AnyKind, value: unknown): KubeObject {
  try {
    const object = decode(kind.schema.shape, value) as KubeObject;
    kind.default?.(object);
    return object;
  } catch (err) {
    if (err instanceof DecodeError) throw internalError(err.message);
    throw err;
  }
}

/** Makes the object of a write another one, given in some version of its kind. */
export async function rewrite({ object, kind }: AdmissionAttributes, next: KubeObject, from: AnyKind): Promise<void> {
  const target = object!;
  const { metadata } = target;
  const converted = await inOtherVersion(next, from, kind);
  // Others hold the object and its metadata, so both stay and what is in them goes.
  replace(metadata as object as JsonObject, converted.metadata as object as JsonObject);
  replace(target as object as JsonObject, {
    ...(converted as object as JsonObject),
    metadata: metadata as object as JsonObject,
  });
}

function replace(target: JsonObject, next: JsonObject): void {
  if (!isObject(next)) return;
  for (const name of Object.keys(target)) if (!Object.hasOwn(next, name)) delete target[name];
  Object.assign(target, next);
}
