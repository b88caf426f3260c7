import type { KubeObject } from '@tiphys/sdk/machinery';
import type { AnyKind, Versions } from '@tiphys/sdk/schema';
import { declaredKinds } from '../kinds.ts';

/** The forms of a built-in kind's objects in its versions. Custom resources look the same in all of theirs. */
export function versionsOf(kind: AnyKind): Versions {
  const find = (apiVersion: string): AnyKind | undefined =>
    kind.unstructured ? undefined : declaredKinds.find((k) => k.apiVersion === apiVersion && k.kind === kind.kind);
  return {
    shape: (apiVersion) => find(apiVersion)?.schema.shape,
    convert: (object, from, to) => converted(object, find(from)!, find(to)!),
  };
}

function converted(object: KubeObject, from: AnyKind, to: AnyKind): KubeObject {
  const hub = from.hub ? from.hub.toHub(object) : object;
  return to.hub ? to.hub.fromHub(hub) : hub;
}
