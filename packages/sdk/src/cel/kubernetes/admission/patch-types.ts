import type { FieldDecl, ObjectType } from '../../declarations.ts';
import { readDynamic, readString } from '../../json-values.ts';
import { type Type, types } from '../../types.ts';
import { EvalError, MapValue, type Result, type Value } from '../../values.ts';

/** The types in which mutating policies say what to change: `Object{…}`, any `Object.x.y{…}` inside it, and `JSONPatch{…}`. */

export const objectType = types.object('Object');
export const jsonPatchType = types.object('JSONPatch');

/** Any name is a field, of any type. */
const anyFields: ReadonlyMap<string, FieldDecl> = new (class extends Map<string, FieldDecl> {
  override get(): FieldDecl {
    return { reader: readDynamic };
  }

  override has(): boolean {
    return true;
  }
})();

/** Fields that were written down, of a type that says where they belong. */
export class PatchObject extends MapValue {
  override readonly type: Type;
  readonly fields: ReadonlyMap<string, Value>;

  constructor(type: Type, fields: ReadonlyMap<string, Value>) {
    super();
    this.type = type;
    this.fields = fields;
  }

  get size(): number {
    return this.fields.size;
  }

  find(key: Value): Result | undefined {
    return typeof key === 'string' ? this.fields.get(key) : new EvalError('no such overload');
  }

  keys(): Iterable<Value> {
    return this.fields.keys();
  }
}

/** What an operation has, and whatever else one may write: of no type, so that nothing may be said for it. */
const operationFields = new (class extends Map<string, FieldDecl> {
  override get(name: string): FieldDecl {
    return super.get(name) ?? { reader: { ...readDynamic, type: types.object('') } };
  }

  override has(): boolean {
    return true;
  }
})([
  ['op', { reader: readString }],
  ['path', { reader: readString }],
  ['from', { reader: readString }],
  ['value', { reader: readDynamic }],
]);

const jsonPatch: ObjectType = {
  type: jsonPatchType,
  fields: operationFields,
  construct: (fields) => new PatchObject(jsonPatchType, fields),
};

/** The type of a name, for the environment that doesn't know it. */
export function patchTypeOf(name: string): ObjectType | undefined {
  if (name === 'JSONPatch') return jsonPatch;
  if (name !== 'Object' && !name.startsWith('Object.')) return undefined;
  const type = types.object(name);
  return { type, fields: anyFields, construct: (fields) => new PatchObject(type, fields) };
}
