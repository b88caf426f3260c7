import type { JsonObject, KubeObject, StructShape } from '../../machinery/index.ts';
import { decode } from '../decode.ts';
import { compare } from './compare.ts';
import { apart, compareNew, emptyObject } from './creation.ts';
import type { Comparison } from './difference.ts';
import { type FieldSet, fieldSetOf, recursiveDifference, union } from './field-set.ts';
import { withoutUnowned } from './managers.ts';
import type { FieldPath, Writer } from './update.ts';

/** The forms that objects of a kind have in its versions. */
export interface Versions {
  /** Nothing for a version whose form can't be told from the writer's. */
  shape(apiVersion: string): StructShape | undefined;
  convert(object: KubeObject, from: string, to: string): KubeObject;
}

/** An object without its type, and the version whose fields it has. */
export interface Form {
  readonly apiVersion: string;
  readonly shape: StructShape;
  readonly object: JsonObject;
}

/** The form of an object in the version in which somebody owns fields, if that has one of its own. */
export function formIn(form: Form, apiVersion: string, versions: Versions | undefined): Form {
  if (apiVersion === form.apiVersion) return form;
  const [from, to] = [versions?.shape(form.apiVersion), versions?.shape(apiVersion)];
  if (!from || !to) return form;
  // A form that something was taken out of, or that was applied, lacks what every decoded object has.
  const whole = decode(form.shape, form.object, { fill: false, lenient: true }) as KubeObject;
  const {
    apiVersion: _v,
    kind: _k,
    ...object
  } = versions!.convert(whole, form.apiVersion, apiVersion) as object as JsonObject;
  return { apiVersion, shape: to, object };
}

/** What a write does to whoever owns fields. */
export interface Effect {
  /** What the write added or changed. */
  readonly taken: FieldSet | undefined;
  /** What of that can be owned. */
  readonly owned: FieldSet | undefined;
  /** That, and what it removed. */
  readonly lost: FieldSet | undefined;
}

/** What a write does, told in the version in which somebody owns fields. */
export type Effects = (apiVersion: string) => Effect;

/** Nothing when nothing differs. What was not there before is compared with an object that says nothing. */
export function effectsOf(
  { apiVersion, ignore, versions }: Writer,
  shape: StructShape,
  [old, next]: readonly [JsonObject | KubeObject | undefined, JsonObject | KubeObject],
): Effects | undefined {
  const found = old ? compare(shape, old, next, apart) : compareNew(shape, next);
  if (!found) return undefined;
  const own = effectOf(found, ignore);
  const effectIn = (version: string): Effect => {
    const after: Form = { apiVersion, shape, object: next as JsonObject };
    const form = formIn(after, version, versions);
    if (form === after) return own;
    const before = formIn({ apiVersion, shape, object: (old ?? emptyObject(shape)) as JsonObject }, version, versions);
    return effectOf(compare(form.shape, before.object, form.object, apart), ignore);
  };
  let others: Map<string, Effect> | undefined;
  return (version) => {
    if (version === apiVersion) return own;
    let effect = others?.get(version);
    if (!effect) (others ??= new Map()).set(version, (effect = effectIn(version)));
    return effect;
  };
}

const none: readonly FieldPath[] = [];
const nothing: Effect = { taken: undefined, owned: undefined, lost: undefined };

const effects = new WeakMap<readonly FieldPath[], WeakMap<Comparison, Effect>>();

/** What a difference does to owners when some of it is ignored; known for comparisons that were met before. */
export function effectOf(found: Comparison | undefined, ignore: readonly FieldPath[] = none): Effect {
  if (!found) return nothing;
  let ofIgnore = effects.get(ignore);
  if (!ofIgnore) effects.set(ignore, (ofIgnore = new WeakMap()));
  let effect = ofIgnore.get(found);
  if (!effect) {
    const ignored = fieldSetOf(ignore);
    const taken = recursiveDifference(union(found.added, found.modified), ignored);
    const lost = union(taken, recursiveDifference(found.removed, ignored));
    ofIgnore.set(found, (effect = { taken, owned: withoutUnowned(taken), lost }));
  }
  return effect;
}
