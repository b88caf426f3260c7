/**
 * What the server knows of a value's structure: the run-time half of a schema. Decoding, pruning, merging, OpenAPI and
 * protobuf are all computed from it, for built-in and custom kinds alike. Made by the words of `schema/`.
 */
export type Shape =
  | StringShape
  | IntegerShape
  | { readonly type: 'number' }
  | { readonly type: 'boolean' }
  /** Canonical when read, unless upstream leaves it as it was written. */
  | { readonly type: 'quantity'; readonly inThousandths?: boolean }
  | { readonly type: 'int-or-string' }
  | { readonly type: 'time'; readonly micro: boolean }
  /** Base64 in JSON, raw in protobuf. A few are published as the atomic lists that they are in Go. */
  | { readonly type: 'bytes'; readonly listType?: 'atomic' }
  /**
   * Any JSON value, kept as it is (`RawExtension`, `FieldsV1`, JSON). `name` is its published definition. `deduced`: server-side
   * apply sees an object's members one by one, whatever they are.
   */
  | { readonly type: 'any'; readonly name?: string; readonly deduced?: boolean }
  | ListShape
  | MapShape
  | StructShape
  | EitherShape;

export interface StringShape {
  readonly type: 'string';
  /** The values published for this string; documentation, not validation (upstream validates by hand, with its own texts). */
  readonly enum?: readonly string[];
}

export interface IntegerShape {
  readonly type: 'integer';
  readonly bits: 32 | 64;
}

export interface ListShape {
  readonly type: 'list';
  /** What Go calls it, where it has a name of its own: messages say it. */
  readonly goName?: string;
  readonly items: Shape;
  /** How server-side apply sees it. Absent is atomic, and published as nothing. */
  readonly listType?: 'atomic' | 'set' | 'map';
  /** The keys of a `map` list. */
  readonly keys?: readonly string[];
  /** What a key is taken for that an item leaves out, where its field says nothing of it. */
  readonly keyDefaults?: Readonly<Record<string, unknown>>;
  /** How strategic merge sees it; absent replaces the list. */
  readonly patchStrategy?: PatchStrategy;
  /** The key by which strategic merge pairs items; absent for lists of scalars. */
  readonly patchKey?: string;
}

export interface MapShape {
  readonly type: 'map';
  readonly values: Shape;
  /** Server-side apply owns it as a whole. */
  readonly atomic?: boolean;
}

export interface StructShape {
  readonly type: 'struct';
  /** The published definition, such as `io.k8s.api.core.v1.Container`. */
  readonly name: string;
  /** In published order: the order of the bytes we write. */
  readonly fields: ReadonlyMap<string, FieldShape>;
  /** Server-side apply owns it as a whole. */
  readonly atomic?: boolean;
  /** Fields of which one is told by another (`type` names which of the members is set). */
  readonly unions?: readonly Union[];
  /** Fills what depends on several fields at once; runs when every field has been decoded and filled. */
  readonly fill?: (value: Record<string, unknown>) => void;
  /** What members are that aren't among the fields; absent where there are none. */
  readonly rest?: Shape | undefined;
  /** Reads the whole value, in place of what its fields say of types and defaults: custom resources are read by their schema. */
  readonly read?: (value: unknown, options: ReadOptions) => Record<string, unknown>;
  /** The JSON schema that it is published by, where that says more than its fields. */
  readonly published?: () => Record<string, unknown> | undefined;
}

export interface ReadOptions {
  /** Defaults are filled. */
  readonly fill: boolean;
  /** It was stored, perhaps under other rules: what can't be read any more is left out. */
  readonly lenient: boolean;
  /** Nulls stay where none may stand, to be refused. */
  readonly keepNulls: boolean;
  readonly onUnknown: ((path: string) => void) | undefined;
}

/**
 * A struct, or else something that JSON tells from it at a glance: a boolean, or a list. Protobuf has a message with a field for
 * each; a struct counts as true.
 */
export interface EitherShape {
  readonly type: 'either';
  /** The published definition. */
  readonly name: string;
  readonly struct: { readonly number: number; readonly shape: StructShape };
  readonly other: { readonly number: number; readonly shape: { readonly type: 'boolean' } | ListShape };
}

export interface Union {
  readonly discriminator: string;
  /** Member field → the discriminator's value that chooses it. */
  readonly members: Readonly<Record<string, string>>;
}

export type PatchStrategy = 'merge' | 'replace' | 'retainKeys' | 'merge,retainKeys';

/**
 * How a field stands on the wire, upstream's four ways of writing a Go field:
 * `required` and `held` are always written (their zero value, or null, when unset), the first is also published as required;
 * `optional` is written when present, whatever its value; `zero` is left out when it is its type's zero value.
 */
export type Presence = 'required' | 'held' | 'optional' | 'zero';

export interface FieldShape {
  readonly name: string;
  /** Protobuf field number; a path where upstream embeds a message in JSON but not in protobuf. 0: JSON alone has it. */
  readonly number: number | readonly number[];
  /** Names of the structs that upstream's declaration has it in by embedding, the outermost first: messages say them. */
  readonly embedded?: readonly string[];
  readonly presence: Presence;
  readonly shape: Shape;
  /** Unset is `null` on the wire rather than the zero value. */
  readonly nullable?: boolean;
  /** Published as required, though its presence is that of an optional field. */
  readonly required?: boolean;
  /** Protobuf always carries it, though JSON leaves it out when unset: a value in Go, no pointer. */
  readonly always?: boolean;
  /** Applied when absent, and published. */
  readonly default?: unknown;
  /** Applied when absent, not published; a function is given the struct decoded so far. */
  readonly fill?: unknown;
  /** Strategic merge of a struct (`retainKeys`); lists carry theirs themselves. */
  readonly patchStrategy?: PatchStrategy;
}
