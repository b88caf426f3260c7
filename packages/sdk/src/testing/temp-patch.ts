import { isObject, type JsonObject, own, put } from '../machinery/index.ts';
export function mergePatch(doc: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const out: JsonObject = isObject(doc) ? { ...doc } : {};
  for (const k of Object.keys(patch)) {
    if (patch[k] === null) delete out[k];
    else put(out, k, mergePatch(own(out, k), patch[k]));
  }
  return out;
}
export const strategicMergePatch = (_s: unknown, doc: unknown, patch: unknown) => mergePatch(doc, patch);
export const jsonPatch = (doc: unknown, _p: unknown): unknown => doc;
