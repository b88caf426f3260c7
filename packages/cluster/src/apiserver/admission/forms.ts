import type { KubeObject } from '@tiphys/sdk/machinery';
import { type AnyKind, inVersion } from '@tiphys/sdk/schema';
import type { AdmissionAttributes } from './plugin.ts';

/** The objects of a write in some version of their kind. */
export interface Forms {
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
}

/** The objects of a write in the version that somebody looks at; promised where others convert them to that. */
export function formsOf(attributes: AdmissionAttributes, to: AnyKind): Forms | Promise<Forms> {
  const { object, oldObject, kind } = attributes;
  if (kind !== to && kind.converter) return converted(attributes, to);
  const form = (o: KubeObject | undefined) => o && typed(inVersion(o, kind, to), to);
  return { object: form(object), oldObject: form(oldObject) };
}

/** An object of one version of a kind as one of another. */
export async function inOtherVersion(object: KubeObject, from: AnyKind, to: AnyKind): Promise<KubeObject> {
  return from === to || !from.converter ? inVersion(object, from, to) : from.converter.convert(typed(object, from), to);
}

const typed = (object: KubeObject, { apiVersion, kind }: AnyKind): KubeObject => ({ ...object, apiVersion, kind });

interface Known {
  readonly text: string;
  readonly forms: Promise<Forms>;
}

/** What writes were converted to: several may look at the same. */
const known = new WeakMap<AdmissionAttributes, Map<AnyKind, Known>>();

function converted(attributes: AdmissionAttributes, to: AnyKind): Promise<Forms> {
  const { object, oldObject, kind } = attributes;
  let versions = known.get(attributes);
  if (!versions) known.set(attributes, (versions = new Map()));
  const text = JSON.stringify(object ?? null);
  const found = versions.get(to);
  if (found?.text === text) return found.forms;
  const form = (o: KubeObject | undefined) => o && inOtherVersion(o, kind, to);
  const forms = Promise.all([form(object), form(oldObject)]).then(([o, old]) => ({ object: o, oldObject: old }));
  versions.set(to, { text, forms });
  return forms;
}
