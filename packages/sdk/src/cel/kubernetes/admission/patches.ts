import { type JsonPatchOperation, quoted } from '../../../machinery/index.ts';
import { ListValue, MapValue, type Value } from '../../values.ts';
import { elementsOf } from '../list-elements.ts';
import { jsonOf } from './json-of.ts';
import { PatchObject } from './patch-types.ts';

/** The configuration that an expression says to apply; throws where its types don't say where its fields are. */
export function configurationOf(value: Value): Record<string, unknown> {
  const problems = [...typeProblems(value, ['Object'])];
  if (problems.length) throw new Error(`type mismatch: ${problems.join('\n')}`);
  return jsonOf(value) as Record<string, unknown>;
}

/** The operations that an expression makes. */
export function operationsOf(value: Value): JsonPatchOperation[] {
  const list = value as ListValue;
  return Array.from(elementsOf(list), (element) => {
    const { fields } = element as PatchObject;
    const said = fields.get('value');
    if (said instanceof PatchObject) {
      const problems = [...typeProblems(said, [said.type.name])];
      if (problems.length) throw new Error(`type mismatch: ${problems.join('\n')}`);
    }
    const text = (name: string) => (fields.get(name) as string | undefined) ?? '';
    return {
      op: text('op'),
      path: text('path'),
      from: text('from'),
      ...(said !== undefined && { value: jsonOf(said) }),
    };
  });
}

/** An object's type names the way to it: `Object.spec.template{…}` may stand in `template` alone. */
function* typeProblems(value: Value, path: readonly string[]): Iterable<string> {
  if (value instanceof PatchObject) {
    const wanted = path.join('.');
    const { name } = value.type;
    if (name !== wanted) {
      const where = 'which matches field name path from root Object type';
      yield `unexpected type name ${quoted(name)}, expected ${quoted(wanted)}, ${where}`;
    }
    for (const [field, inner] of value.fields) yield* typeProblems(inner, [...path, field]);
  } else if (value instanceof ListValue) {
    for (const element of elementsOf(value)) yield* typeProblems(element as Value, path);
  } else if (value instanceof MapValue) {
    for (const key of value.keys()) yield* typeProblems(value.find(key) as Value, path);
  }
}
