import type { StructuralSchema } from '@tiphys/sdk/cel';
import type { Client } from '@tiphys/sdk/client';
import { isObject, StatusError } from '@tiphys/sdk/machinery';
import type { KindName } from './kinds-about.ts';

/** A schema of an OpenAPI document, which may be one that stands elsewhere in it. */
interface Published extends Omit<StructuralSchema, 'properties' | 'items' | 'additionalProperties'> {
  readonly $ref?: string;
  readonly allOf?: readonly Published[];
  readonly oneOf?: readonly Published[];
  readonly properties?: Readonly<Record<string, Published>>;
  readonly items?: Published;
  readonly additionalProperties?: Published | boolean;
  readonly 'x-kubernetes-group-version-kind'?: readonly KindName[];
}

type Schemas = Readonly<Record<string, Published>>;

/** The schemas that a server publishes of its kinds, a document read once. */
export class PublishedSchemas {
  readonly #client: Client;
  readonly #signal: AbortSignal;
  readonly #documents = new Map<string, Promise<Schemas>>();

  constructor(client: Client, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** Nothing for a kind that isn't published. */
  async of(wanted: KindName): Promise<StructuralSchema | undefined> {
    const path = wanted.group ? `apis/${wanted.group}/${wanted.version}` : `api/${wanted.version}`;
    let document = this.#documents.get(path);
    if (!document) this.#documents.set(path, (document = this.#read(`/openapi/v3/${path}`)));
    return kindSchema(await document, wanted);
  }

  async #read(path: string): Promise<Schemas> {
    try {
      const answer = await this.#client.raw({ method: 'GET', path, signal: this.#signal });
      const body = answer.status === 200 ? await answer.json() : undefined;
      const components = isObject(body) ? (body as { components?: { schemas?: Schemas } }).components : undefined;
      return components?.schemas ?? {};
    } catch (err) {
      if (err instanceof StatusError && err.status.code === 404) return {};
      throw err;
    }
  }
}

/** A kind's schema in a document, with all that it refers to in place. */
export function kindSchema(schemas: Schemas, wanted: KindName): StructuralSchema | undefined {
  const isWanted = ({ group, version, kind }: KindName): boolean =>
    group === wanted.group && version === wanted.version && kind === wanted.kind;
  const found = Object.values(schemas).find((s) => s['x-kubernetes-group-version-kind']?.some(isWanted));
  return found && resolved(found, schemas, []);
}

const prefix = '#/components/schemas/';

function resolved(schema: Published, schemas: Schemas, within: readonly string[]): StructuralSchema {
  // What is described further stands as the only one of all.
  const ref = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]!.$ref : undefined);
  if (ref !== undefined) {
    const name = ref.startsWith(prefix) ? ref.slice(prefix.length) : '';
    const target = schemas[name];
    // One that holds itself could go on forever.
    return !target || within.includes(name) ? { type: 'object' } : resolved(target, schemas, [...within, name]);
  }
  const inner = (s: Published): StructuralSchema => resolved(s, schemas, within);
  const { properties, items, additionalProperties, allOf: _all, oneOf, ...rest } = schema;
  // Quantities may be written as numbers; they are texts.
  const type = rest.type ?? oneOf?.[0]?.type;
  return {
    ...rest,
    ...(type && { type }),
    ...(rest.format === 'int-or-string' && { 'x-kubernetes-int-or-string': true }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, p]) => [name, inner(p)])),
    }),
    ...(items && { items: inner(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? inner(additionalProperties) : additionalProperties,
    }),
  };
}
