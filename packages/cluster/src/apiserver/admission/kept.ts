import type { KubeObject } from '@tiphys/sdk/machinery';

const most = 1000;

/** Keeps what is made of an object until that changes; of very many objects only what was made last. */
export function keptByGeneration<O extends KubeObject, C>(make: (object: O) => C): (object: O) => C {
  const kept = new Map<string, { readonly generation: number | undefined; readonly made: C }>();
  return (object) => {
    const { uid = '', generation } = object.metadata;
    const before = kept.get(uid);
    if (before && before.generation === generation) return before.made;
    const made = make(object);
    kept.set(uid, { generation, made });
    if (kept.size > most) kept.delete(kept.keys().next().value!);
    return made;
  };
}
