import type { JsonObject, KubeObject, StructShape } from '../../machinery/index.ts';
import { decode } from '../decode.ts';
import { compare, type Comparison } from './compare.ts';
import { type FieldSet, fieldSetOf, recursiveDifference, union } from './field-set.ts';
import type { Writer } from './update.ts';

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
  /** That, and what it removed. */
  readonly lost: FieldSet | undefined;
}

/** What a write does, told in the version in which somebody owns fields. */
export type Effects = (apiVersion: string) => Effect;

/** Nothing when nothing differs. */
export function effectsOf(
  { apiVersion, ignore, versions }: Writer,
  shape: StructShape,
  [old, next]: readonly [JsonObject | KubeObject, JsonObject | KubeObject],
): Effects | undefined {
  const difference = compare(shape, old, next);
  if (!difference) return undefined;
  const ignored = ignore && fieldSetOf(ignore);
  const effectOf = (found: Comparison | undefined): Effect => {
    const taken = found && recursiveDifference(union(found.added, found.modified), ignored);
    return { taken, lost: found && union(taken, recursiveDifference(found.removed, ignored)) };
  };
  const formOf = (object: JsonObject | KubeObject): Form => ({ apiVersion, shape, object: object as JsonObject });
  const [before, after] = [formOf(old), formOf(next)];
  const effectIn = (version: string): Effect => {
    const form = formIn(after, version, versions);
    if (form === after) return own;
    return effectOf(compare(form.shape, formIn(before, version, versions).object, form.object));
  };
  const own = effectOf(difference);
  const known = new Map<string, Effect>();
  return (version) => {
    const effect = known.get(version) ?? effectIn(version);
    known.set(version, effect);
    return effect;
  };
}
