/** Three ways to say a change: JSON patch, JSON merge patch, strategic merge patch. None changes what it is given. */
export { jsonPatch, type JsonPatchOperation, pointerSteps, readJsonPatch, touchedInOrder } from './json-patch.ts';
export { mergePatch } from './merge-patch.ts';
export { strategicMergePatch } from './strategic-merge.ts';
