import { isObject } from '@tiphys/sdk/machinery';
import type { Definitions } from './definitions.ts';
import type { Json } from './dialect.ts';
import type { Outline } from './outline.ts';

/** A part of an OpenAPI 2 document that somebody else made: paths, and the definitions that they need. */
export interface Spec {
  readonly paths: readonly (readonly [path: string, item: Json])[];
  readonly definitions: ReadonlyMap<string, Json>;
}

const definitionsAt = '#/definitions/';
const parametersAt = '#/parameters/';

/** What a document says of the paths that begin so. Parameters that it tells once for all stand where they are used. */
export function readSpec(document: unknown, prefix: string): Spec {
  const part = (name: string): Readonly<Record<string, unknown>> =>
    isObject(document) && isObject(document[name]) ? document[name] : {};
  const shared = part('parameters');
  const inline = (value: unknown): unknown => {
    const at = referenceIn(value, parametersAt);
    return at !== undefined && Object.hasOwn(shared, at) ? shared[at] : undefined;
  };
  const paths = Object.entries(part('paths'))
    .filter(([path, item]) => path.startsWith(prefix) && isObject(item))
    .map(([path, item]) => [path, rewritten(item, inline) as Json] as const);
  const all = part('definitions');
  const definitions = new Map<string, Json>();
  const visit = (value: unknown): void => {
    for (const name of namesIn(value)) {
      const definition = all[name];
      if (definitions.has(name) || !isObject(definition)) continue;
      definitions.set(name, definition as Json);
      visit(definition);
    }
  };
  visit(paths);
  return { paths, definitions };
}

/**
 * An outline with what others add to it. Where they mean something else by a name than we do, theirs gets a number, as upstream
 * numbers them.
 */
export function withSpecs(outline: Outline, specs: readonly Spec[], definitions: Definitions): Outline {
  if (!specs.length) return outline;
  const added = new Set<string>();
  const names = {
    *[Symbol.iterator]() {
      yield* outline.names;
      yield* added;
    },
  };
  return { ...outline, names, paths: merged() };

  function* merged(): Iterable<readonly [string, Json]> {
    const seen = new Set<string>();
    for (const pair of outline.paths) {
      seen.add(pair[0]);
      yield pair;
    }
    const ours = new Set(definitions.reachable(outline.names));
    /** What stands under each name, with all that it consists of. */
    const meanings = new Map<string, string>();
    const meaningOf = (name: string): string | undefined => {
      if (ours.has(name) && !meanings.has(name))
        meanings.set(
          name,
          meaning(name, (n) => definitions.schema(n)),
        );
      return meanings.get(name);
    };
    for (const spec of specs) {
      const others = named(spec, meaningOf);
      const rename = (value: unknown): unknown => {
        const name = referenceIn(value, definitionsAt);
        return name === undefined
          ? undefined
          : { ...(value as object), $ref: `${definitionsAt}${others.get(name) ?? name}` };
      };
      for (const [name, definition] of spec.definitions) {
        const as = others.get(name)!;
        if (meaningOf(as) !== undefined) continue;
        meanings.set(
          as,
          meaning(name, (n) => spec.definitions.get(n)),
        );
        definitions.give(as, rewritten(definition, rename) as Json);
        added.add(as);
      }
      for (const [path, item] of spec.paths) {
        if (seen.has(path)) continue;
        seen.add(path);
        yield [path, rewritten(item, rename) as Json];
      }
    }
  }
}

/** What each definition is called beside those that are known by now. */
function named({ definitions }: Spec, meaningOf: (name: string) => string | undefined): Map<string, string> {
  const out = new Map<string, string>();
  for (const name of definitions.keys()) {
    const own = meaning(name, (n) => definitions.get(n));
    let as = name;
    for (let i = 2; (meaningOf(as) ?? own) !== own; i++) as = `${name}_v${i}`;
    out.set(name, as);
  }
  return out;
}

/** A definition with all that it refers to, in an order that depends on nothing else. */
function meaning(name: string, definitionOf: (name: string) => Json | undefined): string {
  const found = new Map<string, string>();
  const visit = (each: string): void => {
    const definition = definitionOf(each);
    if (found.has(each) || !definition) return;
    found.set(each, canonical(definition));
    for (const inner of namesIn(definition)) visit(inner);
  };
  visit(name);
  return JSON.stringify([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function referenceIn(value: unknown, root: string): string | undefined {
  const at = isObject(value) ? value['$ref'] : undefined;
  return typeof at === 'string' && at.startsWith(root) ? at.slice(root.length) : undefined;
}

function* namesIn(value: unknown): Iterable<string> {
  const name = referenceIn(value, definitionsAt);
  if (name !== undefined) yield name;
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* namesIn(inner);
}

/** The value again, with others in the place of those that the function has an answer for. */
function rewritten(value: unknown, instead: (value: unknown) => unknown): unknown {
  const other = instead(value);
  if (other !== undefined) return other;
  if (Array.isArray(value)) return value.map((v) => rewritten(v, instead));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, rewritten(v, instead)]));
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) =>
    isObject(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v,
  );
