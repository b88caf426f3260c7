import type { AnyKind } from '@tiphys/sdk/schema';
import { isObject, type StructShape } from '@tiphys/sdk/machinery';
import { deleteOptions } from '@tiphys/sdk/api';
import { customSchema } from './custom-schema.ts';
import { type Texts, textsOf } from './descriptions.ts';
import type { Dialect, Json } from './dialect.ts';
import {
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  asRoot,
  listMeta,
  patchName,
  status,
  versionInfo,
  watchEvent,
} from './meta-shapes.ts';
import { mentions, scalarSchema, structSchema } from './schema.ts';

/** In the order in which upstream writes its members: by name. */
interface GroupVersionKind {
  readonly group: string;
  readonly kind: string;
  readonly version: string;
}

interface Root {
  readonly shape: StructShape;
  readonly kinds: readonly GroupVersionKind[];
  /** What is said of it besides. */
  readonly more?: Json;
}

/** Every definition that documents refer to, each written once. */
export class Definitions {
  readonly dialect: Dialect;
  readonly #texts: Texts;
  readonly #enums: boolean;
  readonly #roots = new Map<string, Root>();
  readonly #structs = new Map<string, StructShape>();
  readonly #schemas = new Map<string, Json>();
  readonly #written = new Map<string, string>();

  constructor(
    kinds: readonly AnyKind[],
    { dialect, texts, enums = true }: { dialect: Dialect; texts: Texts; enums?: boolean },
  ) {
    this.#enums = enums;
    this.dialect = dialect;
    this.#texts = texts;
    const versions = new Map(kinds.map(({ group, version }) => [`${group}/${version}`, { group, version }]));
    const everywhere = (kind: string) => [...versions.values()].map(({ group, version }) => ({ group, kind, version }));
    for (const kind of kinds) {
      const { group, version } = kind;
      const { shape } = kind.schema;
      this.#addRoot(shape, [{ group, kind: kind.kind, version }], selectableFields(kind));
      if (kind.verbs.includes('list')) this.#addRoot(listShape(shape), [{ group, kind: kind.listKind, version }]);
    }
    const core = (kind: string) => [{ group: '', kind, version: 'v1' }];
    this.#addRoot(status.shape, core('Status'));
    this.#addRoot(deleteOptions.shape, everywhere('DeleteOptions'));
    this.#addRoot(apiResourceList.shape, core('APIResourceList'));
    this.#addRoot(apiGroup.shape, core('APIGroup'));
    this.#addRoot(apiGroupList.shape, core('APIGroupList'));
    this.#addRoot(apiVersions.shape, core('APIVersions'));
    this.#roots.set(watchEvent.shape.name, { shape: watchEvent.shape, kinds: everywhere('WatchEvent') });
    this.#structs.set(versionInfo.shape.name, versionInfo.shape);
  }

  /** The names of all that these definitions consist of, in order. */
  reachable(names: Iterable<string>): string[] {
    const found = new Set<string>();
    const visit = (name: string, struct?: StructShape): boolean => {
      if (found.has(name)) return false;
      found.add(name);
      if (struct && !this.#roots.has(name)) this.#structs.set(name, struct);
      return true;
    };
    for (const name of names) {
      const shape = this.#roots.get(name)?.shape ?? this.#structs.get(name);
      if (shape) mentions(shape, visit);
      else visit(name);
    }
    return [...found].sort();
  }

  /** A definition as JSON text. */
  text(name: string): string {
    let text = this.#written.get(name);
    if (text === undefined) this.#written.set(name, (text = JSON.stringify(this.schema(name))));
    return text;
  }

  /** Takes a definition as somebody else wrote it. */
  give(name: string, schema: Json): void {
    this.#schemas.set(name, schema);
  }

  schema(name: string): Json {
    let schema = this.#schemas.get(name);
    if (!schema) this.#schemas.set(name, (schema = this.#define(name, this.dialect)));
    return schema;
  }

  #define(name: string, dialect: Dialect): Json {
    const texts = textsOf(this.#texts, name);
    const root = this.#roots.get(name);
    const shape = root?.shape ?? this.#structs.get(name);
    const scalar = scalarSchema(name, dialect);
    if (shape?.published && root) {
      const schema = customSchema(shape.published(), dialect);
      return { ...schema, ...root.more, 'x-kubernetes-group-version-kind': root.kinds };
    }
    if (shape && !scalar) {
      const whole = structSchema(shape, dialect, (field) => texts[field ?? '']);
      const schema = this.#enums ? whole : withoutEnums(whole);
      return root ? { ...schema, 'x-kubernetes-group-version-kind': root.kinds } : schema;
    }
    const description = texts[''];
    return { ...(description && { description }), ...(scalar ?? (anyValues.test(name) ? {} : { type: 'object' })) };
  }

  #addRoot(shape: StructShape, kinds: readonly GroupVersionKind[], more: Json = {}): void {
    this.#roots.set(shape.name, { shape: shape.published ? shape : asRoot(shape), kinds, more });
  }
}

/** A schema without lists of what its strings may be. */
function withoutEnums(schema: Json): Json {
  const { enum: _, ...rest } = schema;
  const entries = Object.entries(rest).map(([name, value]): [string, unknown] => {
    if (!isObject(value)) return [name, value];
    if (name === 'items' || name === 'additionalProperties') return [name, withoutEnums(value)];
    if (name !== 'properties') return [name, value];
    return [name, Object.fromEntries(Object.entries(value).map(([of, each]) => [of, withoutEnums(each as Json)]))];
  });
  return Object.fromEntries(entries);
}

function selectableFields({ unstructured, fieldSelectors = {} }: AnyKind): Json {
  const fields = unstructured ? Object.keys(fieldSelectors).map((fieldPath) => ({ fieldPath })) : [];
  return fields.length ? { 'x-kubernetes-selectable-fields': fields } : {};
}

const listShape = (item: StructShape): StructShape => ({
  type: 'struct',
  name: `${item.name}List`,
  fields: new Map([
    ['items', { name: 'items', number: 2, presence: 'required', shape: { type: 'list', items: item } }],
    ['metadata', { name: 'metadata', number: 1, presence: 'held', shape: listMeta.shape }],
  ]),
});

/** What may be any JSON, and not just an object. */
const anyValues = /\.apiextensions\.v1\.JSON(SchemaPropsOr\w+)?$/;

/** Definitions that operations mention without any kind having them. */
export const operationNames = [status.shape.name, deleteOptions.shape.name, watchEvent.shape.name, patchName];
