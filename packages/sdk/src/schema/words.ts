import type {
  EitherShape,
  FieldShape,
  ListShape,
  PatchStrategy,
  Presence,
  Shape,
  StructShape,
  Union,
} from '../machinery/index.ts';

/**
 * A shape together with the two types that fall out of it: `Out`, a value as served (filled fields are there), and `In`,
 * as somebody writes it (what the server fills may be left out).
 */
export interface Schema<O, I = O> {
  readonly shape: Shape;
  // Types only; no value ever has these.
  readonly out?: O;
  readonly in?: I;
}

export interface Struct<O, I = O> extends Schema<O, I> {
  readonly shape: StructShape;
}

/** A field of a struct: its number, how it stands on the wire, and whether served values have it and manifests need it. */
export interface Field<O, I, Served extends boolean, Needed extends boolean> {
  readonly field: Omit<FieldShape, 'name'>;
  readonly out?: O;
  readonly in?: I;
  readonly served?: Served;
  readonly needed?: Needed;
}

type AnyField = Field<unknown, unknown, boolean, boolean>;
export type Fields = Readonly<Record<string, AnyField>>;

type OutOf<F> = F extends Field<infer O, infer _I, boolean, boolean> ? O : never;
type InOf<F> = F extends Field<infer _O, infer I, boolean, boolean> ? I : never;
type IsServed<F> = F extends Field<unknown, unknown, infer S, boolean> ? S : never;
type IsNeeded<F> = F extends Field<unknown, unknown, boolean, infer N> ? N : never;

export type OutFields<F extends Fields> = {
  -readonly [K in keyof F as IsServed<F[K]> extends true ? K : never]: OutOf<F[K]>;
} & { -readonly [K in keyof F as IsServed<F[K]> extends true ? never : K]?: OutOf<F[K]> };
export type InFields<F extends Fields> = {
  -readonly [K in keyof F as IsNeeded<F[K]> extends true ? K : never]: InOf<F[K]>;
} & { -readonly [K in keyof F as IsNeeded<F[K]> extends true ? never : K]?: InOf<F[K]> };

export type Out<S> = S extends Schema<infer O, infer _I> ? O : never;
export type In<S> = S extends Schema<infer _O, infer I> ? I : never;

// ---- values

export const str = (): Schema<string> => ({ shape: { type: 'string' } });
/** A string of which upstream publishes the possible values. Any string is still accepted: validation has its own say. */
export const oneOf = <const V extends string>(...values: V[]): Schema<V> => ({
  shape: { type: 'string', enum: values },
});
export const int32 = (): Schema<number> => ({ shape: { type: 'integer', bits: 32 } });
export const int64 = (): Schema<number> => ({ shape: { type: 'integer', bits: 64 } });
export const number = (): Schema<number> => ({ shape: { type: 'number' } });
export const bool = (): Schema<boolean> => ({ shape: { type: 'boolean' } });
/** A resource quantity, canonical as served (`"1"`, never `"1000m"`); manifests may say a number. */
export const quantity = (): Schema<string, string | number> => ({ shape: { type: 'quantity' } });
/** Amounts of resources by name. They are counted in thousandths at the finest; what is finer is rounded up. */
export const amounts = () => map<string, string | number>({ shape: { type: 'quantity', inThousandths: true } });
export const intOrString = (): Schema<number | string> => ({ shape: { type: 'int-or-string' } });
/** RFC 3339, UTC, whole seconds as served. */
export const time = (): Schema<string> => ({ shape: { type: 'time', micro: false } });
/** RFC 3339, UTC, microseconds as served. */
export const microTime = (): Schema<string> => ({ shape: { type: 'time', micro: true } });
/** Base64 text. */
export const bytes = (options: { listType?: 'atomic' } = {}): Schema<string> => ({
  shape: { type: 'bytes', ...options },
});
/** Any JSON, kept as it is. */
export const any = <T = unknown>(name?: string): Schema<T> => ({
  shape: { type: 'any', ...(name !== undefined && { name }) },
});

export interface PatchOptions {
  patch?: PatchStrategy;
  /** Implies `patch: 'merge'` unless another strategy is given. */
  patchKey?: string;
}
const patchOf = ({ patch, patchKey }: PatchOptions) => ({
  ...((patch ?? patchKey) && { patchStrategy: patch ?? ('merge' as const) }),
  ...(patchKey !== undefined && { patchKey }),
});

/** A list that appliers own as a whole. */
export const list = <O, I>(items: Schema<O, I>, options: PatchOptions = {}): Schema<O[], I[]> => ({
  shape: { type: 'list', items: items.shape, listType: 'atomic', ...patchOf(options) },
});
/** A list that upstream publishes without saying how it merges; treated as atomic. */
export const plainList = <O, I>(
  items: Schema<O, I>,
  { goName, ...options }: PatchOptions & Pick<ListShape, 'goName'> = {},
): Schema<O[], I[]> => ({
  shape: { type: 'list', items: items.shape, ...(goName && { goName }), ...patchOf(options) },
});
/** A list of distinct scalars, each with its own owners. */
export const set = <O, I>(items: Schema<O, I>, options: PatchOptions = {}): Schema<O[], I[]> => ({
  shape: { type: 'list', items: items.shape, listType: 'set', ...patchOf(options) },
});
/** A list of structs told apart by some of their fields, each with its own owners. */
export const listByKey = <O, I>(
  items: Schema<O, I>,
  keys: readonly string[],
  { keyDefaults, ...options }: PatchOptions & Pick<ListShape, 'keyDefaults'> = {},
): Schema<O[], I[]> => ({
  shape: {
    type: 'list',
    items: items.shape,
    listType: 'map',
    keys,
    ...(keyDefaults && { keyDefaults }),
    ...patchOf(options),
  },
});
export const map = <O, I>(values: Schema<O, I>): Schema<Record<string, O>, Record<string, I>> => ({
  shape: { type: 'map', values: values.shape },
});
/** A map that appliers own as a whole. */
export const atomicMap = <O, I>(values: Schema<O, I>): Schema<Record<string, O>, Record<string, I>> => ({
  shape: { type: 'map', values: values.shape, atomic: true },
});

export interface StructOptions {
  atomic?: boolean;
  unions?: readonly Union[];
  /** Fills what depends on several fields at once; runs after every field's own default. */
  fill?: (value: Record<string, unknown>) => void;
}

/** A struct under its published name, fields in published order. */
export function struct<const F extends Fields>(
  name: string,
  fields: F,
  options: StructOptions = {},
): Struct<OutFields<F>, InFields<F>> {
  const entries = Object.entries(fields).map(([key, { field }]): [string, FieldShape] => [
    key,
    { name: key, ...field },
  ]);
  return { shape: { type: 'struct', name, fields: new Map(entries), ...options } };
}

/** A struct that appliers own as a whole elsewhere, and here field by field. */
export function granular<O, I>({ shape }: Struct<O, I>): Struct<O, I> {
  const { atomic: _, ...rest } = shape;
  return { shape: rest };
}

/**
 * A struct that holds itself somewhere inside. Its types can't fall out of the declaration, so whoever declares it says them.
 */
export function recursive<O, I = O>(name: string, fields: (self: Struct<O, I>) => Fields): Struct<O, I> {
  const members = new Map<string, FieldShape>();
  const self: Struct<O, I> = { shape: { type: 'struct', name, fields: members } };
  for (const [key, { field }] of Object.entries(fields(self))) members.set(key, { name: key, ...field });
  return self;
}

/** A struct, or a boolean or list in its place; each with its number in the message that protobuf has for it. */
export const either = <O, I, P, Q>(
  name: string,
  struct_: readonly [number: number, Struct<O, I>],
  other: readonly [number: number, Schema<P, Q>],
): Schema<O | P, I | Q> => ({
  shape: {
    type: 'either',
    name,
    struct: { number: struct_[0], shape: struct_[1].shape },
    other: { number: other[0], shape: other[1].shape as EitherShape['other']['shape'] },
  },
});

// ---- fields

/** Protobuf field number, or the path to it where JSON embeds what protobuf nests. */
type Number_ = number | readonly number[];

export interface FieldOptions<I> {
  /** Served when absent, and published as the default. */
  default?: I;
  /** Served when absent, not published; a function is given the struct decoded so far and may answer undefined. */
  fill?: I | ((parent: Readonly<Record<string, unknown>>) => I | undefined);
  patch?: PatchStrategy;
  /** Null rather than the zero value when unset. */
  nullable?: boolean;
  /** Left out of JSON when unset, yet always carried by protobuf. */
  always?: boolean;
}
/** Always there when served; a function that may answer undefined fills only sometimes. */
type Filled<I> = FieldOptions<I> & ({ default: I } | { fill: I | ((parent: Readonly<Record<string, unknown>>) => I) });

function make(
  presence: Presence,
  number: Number_,
  schema: Schema<unknown, unknown>,
  options: FieldOptions<unknown> = {},
): AnyField {
  const { patch, ...rest } = options;
  return { field: { number, presence, shape: schema.shape, ...rest, ...(patch && { patchStrategy: patch }) } };
}

/** Published as required; always written. */
export const req = <O, I>(n: Number_, schema: Schema<O, I>, options?: FieldOptions<I>) =>
  make('required', n, schema, options) as Field<O, I, true, true>;

interface Held {
  <O, I>(
    n: Number_,
    schema: Schema<O, I>,
    options: FieldOptions<I> & { nullable: true },
  ): Field<O | null, I | null, true, false>;
  <O, I>(n: Number_, schema: Schema<O, I>, options?: FieldOptions<I>): Field<O, I, true, false>;
}
/** Published as required, yet left out when it is the zero value, which validation refuses. */
export const needed = <O, I>(n: Number_, schema: Schema<O, I>, options?: FieldOptions<I>) => {
  // A struct is nothing only when it isn't there.
  const { field } = make(schema.shape.type === 'struct' ? 'optional' : 'zero', n, schema, options);
  return { field: { ...field, required: true } } as Field<O, I, true, true>;
};
/** The same where the zero value is as good as any other. */
export const neededOrZero = <O, I>(n: Number_, schema: Schema<O, I>, options?: FieldOptions<I>) => {
  const { field } = make('optional', n, schema, options);
  return { field: { ...field, required: true } } as Field<O, I, false, true>;
};

/** Not required, yet always written. */
export const held = ((n: Number_, schema: Schema<unknown>, options?: FieldOptions<unknown>) =>
  make('held', n, schema, options)) as Held;

interface Left {
  <O, I>(n: Number_, schema: Schema<O, I>, options: Filled<NoInfer<I>>): Field<O, I, true, false>;
  <O, I>(n: Number_, schema: Schema<O, I>, options?: FieldOptions<NoInfer<I>>): Field<O, I, false, false>;
}
/** Written when present, whatever its value. */
export const opt = ((n: Number_, schema: Schema<unknown>, options?: FieldOptions<unknown>) =>
  make('optional', n, schema, options)) as Left;
/** Left out when it is the zero value of its type: `""`, 0, false, an empty list or map. */
export const zero = ((n: Number_, schema: Schema<unknown>, options?: FieldOptions<unknown>) =>
  make('zero', n, schema, options)) as Left;

/** Fields that JSON has side by side with the others, and protobuf and Go in a struct of this name, field number `n`. */
export function embed<const F extends Fields>(n: number, name: string, fields: F): F {
  const moved = Object.entries(fields).map(([key, f]): [string, AnyField] => {
    const { number, embedded = [] } = f.field;
    const inner = typeof number === 'number' ? [number] : number;
    return [key, { ...f, field: { ...f.field, number: [n, ...inner], embedded: [name, ...embedded] } }];
  });
  return Object.fromEntries(moved) as unknown as F;
}
