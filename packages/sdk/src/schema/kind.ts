import type { FieldError, JsonObject, KubeObject } from '../machinery/index.ts';
import type { Struct } from './words.ts';

/** A column of `kubectl get`. */
export interface Column<O> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  /** What is said of it, where it doesn't show one field as it is. */
  readonly description?: string;
  /** The field whose published text describes it: `spec.replicas`. In the form of the hub, where the kind has one. */
  readonly field?: string;
  /** Upstream has cells without a heading: clients see them in rows alone. */
  readonly untitled?: boolean;
  /** 0 is always shown; 1 with `-o wide`. */
  readonly priority?: number;
  readonly value: (object: O, context: { now: number }) => string | number | boolean | null;
}

/** What may be said of a whole row. */
export interface RowCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Rules for `metadata.name`: the field errors' details for one name, none when it is good. `prefix`: it is a generateName. */
export type NameRule = (name: string, prefix: boolean) => string[];

/** Who writes. */
export interface Writer {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Names of the feature gates that are open. */
export type Gates = ReadonlySet<string>;

/** What a write is told about besides the objects. */
export interface WriteContext {
  readonly now: number;
  /** Each stands as it does by default where nobody says. */
  readonly gates?: Gates;
  /** Known wherever a request is behind the write. */
  readonly user?: Writer;
  /** Tells the client something about what was made of its object. */
  warn(text: string): void;
}

/** What rules are told about besides the objects. */
export type RuleContext = Pick<WriteContext, 'now' | 'gates'>;

/** What the rules of a kind's objects are told. */
export type RuleGates = Pick<WriteContext, 'gates'>;

/** What an update is judged by: its metadata as a whole and as a change, the object itself, and what became of it. */
export type UpdateRule = 'metadata' | 'metadataChange' | 'object' | 'change';

/** How a subresource that holds part of the object is written (`status`, `resize`, `ephemeralcontainers`, …). */
export interface PartStrategy<O> {
  /** Labels, annotations, finalizers and owners aren't written this way either. */
  readonly keepsMetadata?: boolean;
  /** Brings back, from `old`, everything that this subresource may not change. */
  prepareForUpdate?(next: O, old: O, context: WriteContext): void;
  /** The order of the kind's rules, of which `validate` is the object's; its change of metadata comes first unless given. */
  readonly updateRules?: readonly UpdateRule[];
  validate?(next: O, old: O, context: RuleContext): Iterable<FieldError>;
  validateChange?(next: O, old: O, context?: RuleGates): Iterable<FieldError>;
  warnings?(next: O, old: O): Iterable<string>;
}

export interface Subresource {
  readonly name: string;
  readonly kind: string;
  /** The subresource's own group and version, when it isn't the parent's. */
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

/**
 * Everything the rest of the system knows of a kind: one declaration, from which routes, discovery, OpenAPI, decoding,
 * defaulting, validation, merging, tables, protobuf and the typed client are computed.
 */
export interface KindDefinition<O extends KubeObject, M> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  /** Lower-cased kind unless given. */
  readonly singular?: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** The kind with `List` behind it unless given. */
  readonly listKind?: string;
  /**
   * Every verb of a stored kind unless given. What can't be deleted isn't stored, but answered (reviews: create only); what has
   * none is only ever sent to a subresource.
   */
  readonly verbs?: readonly string[];
  readonly schema: Struct<O, M>;
  /** Other versions, no longer served, in whose name an object may come; it looks the same in them. */
  readonly alsoRead?: readonly string[];
  /** It isn't served while this gate is closed, which it is unless told. */
  readonly featureGate?: string;
  /** A warning that every request for it carries, when it is on its way out. */
  readonly deprecated?: string;

  /** Has `/status`: writes to the object can't touch its status, nor writes to the status the rest. */
  readonly status?: boolean | PartStrategy<O>;
  /** Whoever makes the object says its status too (nodes, of themselves); else it begins without. */
  readonly statusAtCreation?: boolean;
  /** Other subresources, for discovery; `status` and `scale` are added by themselves. */
  readonly subresources?: readonly Subresource[];
  /** Subresources that write part of the object itself. */
  readonly parts?: Readonly<Record<string, PartStrategy<O>>>;
  /** Where its `/scale` finds its numbers, as simple paths; the selector is that of the spec unless given. */
  readonly scale?: { specReplicas: string; statusReplicas: string; selector?: (o: O) => string };
  /**
   * Nobody compiled a type for it: its objects say what they are wherever they stand, in lists too, and have no protobuf and no
   * strategic merge.
   */
  readonly unstructured?: boolean;
  /** Those who watch it look at metadata alone, and caches keep nothing else. */
  readonly metadataOnly?: boolean;

  /** Rule for names; a DNS subdomain unless given. A few kinds' names say what stands in the object. */
  validateName?(name: string, prefix: boolean, object: O, context?: RuleGates): string[];
  /**
   * Paths that writes can't set and so don't own, by subresource (`''` is the object itself). Where a kind says nothing: its
   * status in its own writes, its spec in those of its status.
   */
  readonly resetFields?: Readonly<Record<string, readonly (readonly string[])[]>>;
  /** PUT may create it. */
  readonly createOnUpdate?: boolean;
  /** A write without a resourceVersion is refused unless this is so (upstream's default: it is). */
  readonly unconditionalUpdate?: boolean;
  /** `metadata.generation` counts changes: of the spec, or of what is told of. */
  readonly generation?: boolean | ((object: O) => unknown);
  /** `metadata.generation` counts empty lists and maps that are written, which are stored as none, every time. */
  readonly generationCountsEmpty?: boolean;
  /** Something of its own, besides grace and finalizers, must be gone before it can be: a namespace's contents. */
  isHeld?(object: O): boolean;
  /** The first deletion only begins to end it. Marks it so; whoever holds it acts on that. */
  beginEnding?(object: O): void;
  /** Deletion waits for grace (pods). */
  readonly graceful?: boolean;
  /** So long after its last write an object is gone. */
  readonly ttlSeconds?: number;
  /** A deletion answers with the object it removed, rather than with a Status. */
  readonly returnsDeleted?: boolean;
  /** Finalizers without a domain pass, as they do for kinds that others could have brought. */
  readonly anyFinalizer?: boolean;
  /**
   * The order in which an update is judged by the kind; what is looked at twice is told twice. The change of its metadata, the
   * object and its change unless given.
   */
  readonly updateRules?: readonly UpdateRule[];
  /** The same for a new object: its metadata and then the rest unless given. Metadata left out are looked at when the rest is good. */
  readonly createRules?: readonly ('metadata' | 'object' | 'creation')[];
  /** What happens to dependents when the deleter doesn't say; background unless given. */
  readonly orphanDependents?: boolean;
  /** Nobody's owner: whatever the deleter says of dependents, it goes at once. */
  readonly hasNoDependents?: boolean;
  /** What a deleter is told who doesn't say what shall become of dependents. */
  readonly orphanWarning?: string;
  /** Etcd directory under `/registry/`, when it isn't the plural. */
  readonly storagePrefix?: string;
  /**
   * The version that upstream stores it in, where that is another: clients are told its hash, and what upstream has stored is read.
   * What is stored here is the kind's own form, which upstream reads just as well.
   */
  readonly storedAs?: {
    readonly version: string;
    /** Its JSON as that of the kind, where it is a version that isn't declared. */
    readonly read?: (stored: JsonObject) => JsonObject;
  };
  /** The kind's name in protobuf and stored objects when it is stored under another version. */
  readonly hub?: Hub<O>;
  /** Who makes an object of one version one of another, where that isn't known here: then there is no hub. */
  readonly converter?: Converter;

  /** The object as it is once it has been stored and read again, where that differs from what was written. */
  settled?(object: O): O;
  /** Every version of it whose objects may stand in its place in the store, where not all of them are declared. */
  versions?(): readonly AnyKind[];

  /** Fills what spans several structs; runs on every decode, after the schema's own defaults. Changes the object. */
  default?(object: O): void;
  /** Before defaults are checked on create: what the server sets or clears. Changes the object. */
  prepareForCreate?(object: O, context: WriteContext): void;
  prepareForUpdate?(next: O, old: O, context: WriteContext): void;
  /** Field errors in upstream's order; `old` is the stored object on update. Metadata is checked elsewhere. */
  validate?(next: O, old?: O, context?: RuleGates): Iterable<FieldError>;
  /** What holds for new objects alone, where that isn't among the rules of `validate`. */
  validateCreation?(next: O): Iterable<FieldError>;
  /** What may not become of it, where that isn't among the rules of `validate`. */
  validateChange?(next: O, old: O, context?: RuleGates): Iterable<FieldError>;
  /** Warnings for the client, as upstream's strategies give (deprecated fields and the like). */
  warnings?(next: O, old?: O): Iterable<string>;

  readonly columns?: readonly Column<O>[];
  /** The object as upstream holds it inside, where its metadata differ from those that are served. */
  inside?(object: O): O;
  /** What a row of `kubectl get` says of the object besides: that it has run its course. */
  rowConditions?(object: O): RowCondition[];
  /** Field selectors beyond metadata.name and metadata.namespace. */
  readonly fieldSelectors?: Readonly<Record<string, (object: O) => string>>;
  /** What is said of any other field, where upstream has words for this kind alone. */
  unknownField?(field: string): string;
}

/** Another version of a kind that is stored in this one's form. */
export interface Hub<O> {
  readonly kind: AnyKind;
  toHub(object: O): KubeObject;
  fromHub(object: KubeObject): O;
}

/** Converts objects between the versions of a kind, and takes its time. */
export interface Converter {
  /** The version that objects are stored in. */
  readonly stored: AnyKind;
  /** An object, which says what it is, as it is in a version of the kind. Rejects when it can't be told. Doesn't change it. */
  convert(object: KubeObject, to: AnyKind): Promise<KubeObject>;
  /** The same of several together: what each is, or why none can be told from there on. */
  convertAll(objects: readonly KubeObject[], to: AnyKind): Promise<readonly (KubeObject | Error)[]>;
}

export interface Kind<O extends KubeObject = KubeObject, M = unknown> extends KindDefinition<O, M> {
  readonly singular: string;
  readonly listKind: string;
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}

// Kinds are used through their methods with their own objects; a registry holds them all.
export type AnyKind = Kind<KubeObject, unknown>;

export type ObjectOf<K> = K extends { readonly schema: Struct<infer O, infer _M> }
  ? O & { apiVersion?: string; kind?: string }
  : never;
export type ManifestOf<K> = K extends { readonly schema: Struct<infer _O, infer M> }
  ? M & { apiVersion?: string; kind?: string }
  : never;

const storedVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

export function defineKind<O extends KubeObject, M>(definition: KindDefinition<O, M>): Kind<O, M> {
  const { group, version, kind } = definition;
  return {
    ...definition,
    singular: definition.singular ?? kind.toLowerCase(),
    listKind: definition.listKind ?? `${kind}List`,
    apiVersion: group ? `${group}/${version}` : version,
    verbs: definition.verbs ?? storedVerbs,
    shortNames: definition.shortNames ?? [],
    categories: definition.categories ?? [],
  };
}

/** An object of one version of a kind as it looks in another: through the stored version, which both know. */
export function inVersion(object: KubeObject, from: AnyKind, to: AnyKind): KubeObject {
  if (from === to) return object;
  const hub = from.hub ? from.hub.toHub(object) : object;
  return to.hub ? to.hub.fromHub(hub) : hub;
}

/** Any kind, whatever its objects: for registries and machinery that look at declarations only. */
export const erase = <O extends KubeObject, M>(kind: Kind<O, M>): AnyKind => kind as unknown as AnyKind;
