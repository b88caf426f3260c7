import { type AnyKind, inVersion, type Versions } from '@tiphys/sdk/schema';
import { declaredKinds } from '../kinds.ts';

/** The forms of a built-in kind's objects in its versions. Custom resources look the same in all of theirs. */
export function versionsOf(kind: AnyKind): Versions {
  const find = (apiVersion: string): AnyKind | undefined =>
    kind.unstructured ? undefined : declaredKinds.find((k) => k.apiVersion === apiVersion && k.kind === kind.kind);
  return {
    shape: (apiVersion) => find(apiVersion)?.schema.shape,
    convert: (object, from, to) => inVersion(object, find(from)!, find(to)!),
  };
}
