/** The kinds of types, under CEL's names. `param` stands for a type that a call settles (`list(T)`); `error` for one that didn't check. */
export type TypeKind =
  | 'any'
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'list'
  | 'map'
  | 'null'
  | 'opaque'
  | 'param'
  | 'string'
  | 'struct'
  | 'timestamp'
  | 'type'
  | 'uint'
  | 'unknown';

/** A type, both of the checker and as a value of the language (`type(x) == int`). Immutable. */
export class Type {
  readonly kind: TypeKind;
  /** The name at run time, without parameters: `list`, `google.protobuf.Timestamp`, `kubernetes.Quantity`. */
  readonly name: string;
  readonly parameters: readonly Type[];
  /** A wrapper takes null as well as its own kind. */
  readonly nullable: boolean;

  constructor(kind: TypeKind, name: string, parameters: readonly Type[] = [], nullable = false) {
    this.kind = kind;
    this.name = name;
    this.parameters = parameters;
    this.nullable = nullable;
  }

  /** Whether the checker knows nothing of it before evaluation. */
  get isDynamic(): boolean {
    return this.kind === 'dyn' || this.kind === 'any' || this.kind === 'param';
  }

  get isOptional(): boolean {
    return this.kind === 'opaque' && this.name === 'optional_type';
  }

  /** As the checker's messages write it: `map(string, timestamp)`, `wrapper(int)`. */
  toString(): string {
    const name = messageNames[this.kind] ?? (this.nullable ? `wrapper(${this.name})` : this.name);
    return this.parameters.length === 0 ? name : `${this.name}(${this.parameters.join(', ')})`;
  }
}

const messageNames: Partial<Record<TypeKind, string>> = {
  any: 'any',
  duration: 'duration',
  error: '!error!',
  null: 'null',
  timestamp: 'timestamp',
};

export const types = {
  any: new Type('any', 'google.protobuf.Any'),
  bool: new Type('bool', 'bool'),
  bytes: new Type('bytes', 'bytes'),
  double: new Type('double', 'double'),
  duration: new Type('duration', 'google.protobuf.Duration'),
  dyn: new Type('dyn', 'dyn'),
  error: new Type('error', 'error'),
  int: new Type('int', 'int'),
  null: new Type('null', 'null_type'),
  string: new Type('string', 'string'),
  timestamp: new Type('timestamp', 'google.protobuf.Timestamp'),
  type: new Type('type', 'type'),
  uint: new Type('uint', 'uint'),
  /** Data that is kept and compared, and of which nobody says what it is. */
  unknown: new Type('unknown', 'unknown'),
  list: (element: Type): Type => new Type('list', 'list', [element]),
  map: (key: Type, value: Type): Type => new Type('map', 'map', [key, value]),
  /** A type with fields, declared by `ObjectType` in the environment that uses it. */
  object: (name: string): Type => new Type('struct', name),
  /** A type without fields, which only functions know how to use. */
  opaque: (name: string, ...parameters: readonly Type[]): Type => new Type('opaque', name, parameters),
  optional: (value: Type): Type => new Type('opaque', 'optional_type', [value]),
  param: (name: string): Type => new Type('param', name),
  typeOf: (type: Type): Type => new Type('type', 'type', [type]),
  nullable: (type: Type): Type => new Type(type.kind, type.name, type.parameters, true),
} as const;

/** The runtime types of lists and maps, whatever they hold. */
export const listType: Type = types.list(types.dyn);
export const mapType: Type = types.map(types.dyn, types.dyn);
export const optionalType: Type = types.opaque('optional_type');
