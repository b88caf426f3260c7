import type { StructuralSchema } from './structural-schema.ts';

/** Where a path of fields leads in a schema, or why nowhere. */
export type Resolved =
  | {
      readonly path: readonly string[];
      /** The path as field errors show it: keys of maps stand in brackets. */
      readonly text: string;
      readonly schema: StructuralSchema | undefined;
    }
  | { readonly problem: string };

/** A path of upstream's JSON path subset: `.a.b`, and `['c']` unless that isn't allowed. */
export function resolvePath(source: string, schema: StructuralSchema, { brackets = true } = {}): Resolved {
  const tokens = tokensOf(source);
  const path: string[] = [];
  let text = '';
  let here: StructuralSchema | undefined = schema;
  const ended = { problem: 'unexpected end of JSON path' };
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    let name = tokens[++i];
    if (token === '[') {
      if (!brackets) return { problem: 'array notation is not allowed' };
      if (name === undefined) return ended;
      if (!/^'.*'$/s.test(name) || name.length < 2) return { problem: `expected single quoted string but got ${name}` };
      name = name.slice(1, -1).replace(/\\(.)/gs, '$1');
    } else if (token !== '.') return { problem: `expected [ or . but got: ${token}` };
    else if (name === undefined) return ended;
    const next: StructuralSchema | true | undefined = memberOf(here, name);
    if (!next) return { problem: 'does not refer to a valid field' };
    text += here?.properties ? `${text && '.'}${name}` : `[${name}]`;
    here = next === true ? undefined : next;
    path.push(name);
    if (token !== '[') continue;
    const close = tokens[++i];
    if (close === undefined) return ended;
    if (close !== ']') return { problem: `expected ] but got ${close}` };
  }
  return { path, text, schema: here };
}

function memberOf(schema: StructuralSchema | undefined, name: string): StructuralSchema | true | undefined {
  if (schema?.properties) return Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
  const { additionalProperties } = schema ?? {};
  if (additionalProperties === undefined) return undefined;
  return typeof additionalProperties === 'object' ? additionalProperties : true;
}

/** Delimiters, and what stands between them; quoted text is one token whatever it holds. */
const tokensOf = (text: string): string[] => text.match(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]]+/gs) ?? [];
