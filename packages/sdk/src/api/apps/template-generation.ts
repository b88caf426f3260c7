import { equal, inKeyOrder } from '../../machinery/index.ts';
import type { DaemonSet } from './daemonset.ts';
import { parseInt64 } from './parse-int64.ts';

/**
 * How often the template of a daemon set has changed. Once a field of its own, it stands in an annotation since; nobody but
 * the server sets it.
 */
const key = 'deprecated.daemonset.template.generation';

/** Every daemon set says it, and says a number. Changes the object. */
export function fillTemplateGeneration(set: DaemonSet): void {
  const said = set.metadata.annotations?.[key];
  setGeneration(set, said === undefined ? 0n : parseInt64(said));
}

export function beginTemplateGeneration(set: DaemonSet): void {
  if (generationOf(set) < 1n) setGeneration(set, 1n);
}

export function countTemplateGeneration(next: DaemonSet, old: DaemonSet): void {
  setGeneration(next, generationOf(old) + (equal(next.spec.template, old.spec.template) ? 0n : 1n));
}

/** Inside it isn't among the annotations. */
export function withoutTemplateGeneration(set: DaemonSet): DaemonSet {
  const { annotations, ...metadata } = set.metadata;
  const { [key]: _, ...rest } = annotations ?? {};
  return { ...set, metadata: { ...metadata, ...(Object.keys(rest).length && { annotations: rest }) } };
}

const generationOf = ({ metadata }: DaemonSet): bigint => BigInt(metadata.annotations?.[key] ?? 0);

function setGeneration({ metadata }: DaemonSet, generation: bigint): void {
  metadata.annotations = inKeyOrder({ ...metadata.annotations, [key]: String(generation) });
}
