import { type Random, seededRandom } from '@tiphys/sdk/runtime';

/** A schema as definitions have it, as far as it is made here. */
interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly [word: string]: unknown;
}

export interface GeneratedRun {
  readonly schema: Schema;
  readonly object: unknown;
  readonly oldObject?: unknown;
}

const names = ['a', 'b', 'a-b', 'a.b', 'namespace', 'in', 'x__y', '1z', 'metadata', 'kind'];
const byType: Readonly<Record<string, readonly string[]>> = {
  string: [
    "self == 'a'",
    "self.matches('^a+$')",
    'self.size() > 2',
    "self.contains('b') || self == oldSelf",
    "self.startsWith('a') && self.split(',').size() < 3",
    "self.lowerAscii() != 'x'",
    'self > 1',
  ],
  integer: ['self > 1', 'self == oldSelf', 'self + 1 > 2', "self == 'a'"],
  number: ['self > 1.5', 'self >= 1'],
  boolean: ['self', '!self || self == oldSelf'],
  array: [
    'self.size() > 1',
    'self.all(x, self.exists(y, x == y))',
    'self == oldSelf',
    'self.exists_one(x, x != self[0])',
    'self.isSorted()',
    'self.map(x, [x]).size() > 0',
    'self.filter(x, x in oldSelf).size() == 1',
    'sets.contains(self, oldSelf)',
  ],
  object: [
    'has(self.a)',
    'self.a == self.b',
    'self.__namespace__ == self.a__dash__b',
    'has(self.a) ? self.a == oldSelf.a : true',
    'self.all(k, self[k] == self[k])',
    'self.size() > 0',
    'self == oldSelf',
    "self.metadata.name == 'x'",
    "self.kind == 'K'",
  ],
};
const ofAny = ['self == self', 'self == 1', 'type(self) == int'];
const messages = ["'a'", 'string(self)', "'x' + self.a", 'self', '1'];

/** Schemas with rules, and objects of them; the same for a seed. */
export class Generator {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  run(): GeneratedRun {
    const schema = this.#schema(3, true);
    const object = this.#value(schema);
    if (this.#chance(0.4)) return { schema, object };
    return { schema, object, oldObject: this.#chance(0.4) ? structuredClone(object) : this.#value(schema) };
  }

  #chance(p: number): boolean {
    return this.#random.next() < p;
  }

  #pick<T>(of: readonly T[]): T {
    return of[this.#random.int(of.length)]!;
  }

  #maybe<T extends object>(p: number, words: T): T | object {
    return this.#chance(p) ? words : {};
  }

  #schema(depth: number, isRoot = false): Schema {
    const plain = this.#plain(depth, isRoot);
    if (!this.#chance(0.5)) return plain;
    const rules = Array.from({ length: 1 + this.#random.int(2) }, () => ({
      rule: this.#pick(byType[plain.type ?? ''] ?? ofAny),
      ...this.#maybe(0.2, { message: 'm' }),
      ...this.#maybe(0.2, { messageExpression: this.#pick(messages) }),
      ...this.#maybe(0.1, { optionalOldSelf: true }),
    }));
    return { ...plain, 'x-kubernetes-validations': rules };
  }

  #plain(depth: number, isRoot: boolean): Schema {
    const inner = (): Schema => (depth > 0 ? this.#schema(depth - 1) : { type: 'string', maxLength: 5 });
    const kinds = ['string', 'integer', 'number', 'boolean', 'array', 'object', 'object', 'map', 'either'];
    switch (isRoot ? 'object' : this.#pick(kinds)) {
      case 'string':
        return {
          type: 'string',
          ...this.#maybe(0.2, { format: this.#pick(['date', 'date-time', 'byte', 'duration', 'uuid']) }),
          ...this.#maybe(0.1, { nullable: true }),
        };
      case 'either':
        return { 'x-kubernetes-int-or-string': true };
      case 'array':
        return this.#list(inner());
      case 'map':
        return { type: 'object', additionalProperties: inner() };
      case 'object':
        return this.#object(inner, isRoot);
      default:
        return { type: this.#pick(['integer', 'number', 'boolean']) };
    }
  }

  #list(items: Schema): Schema {
    const key = Object.entries(items.properties ?? {}).find(([, p]) => p.type === 'string' && !p.format)?.[0];
    if (key === undefined || this.#chance(0.5)) return { type: 'array', items };
    const keyed = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] };
    return { type: 'array', items: { ...items, required: [key] }, ...keyed };
  }

  #object(inner: () => Schema, isRoot: boolean): Schema {
    const properties: Record<string, Schema> = {};
    for (let n = this.#random.int(4); n > 0; n--) {
      properties[this.#pick(isRoot ? ['spec', 'status', 'a', 'b'] : names)] = inner();
    }
    const preserving = { 'x-kubernetes-preserve-unknown-fields': true };
    return {
      type: 'object',
      properties,
      ...(!isRoot && this.#maybe(0.1, preserving)),
      ...(!isRoot && this.#maybe(0.1, { ...preserving, 'x-kubernetes-embedded-resource': true })),
    };
  }

  #value(schema: Schema): unknown {
    if (schema.nullable && this.#chance(0.2)) return null;
    switch (schema.type) {
      case 'string':
        return this.#text(schema.format);
      case 'integer':
        return this.#random.int(4);
      case 'number':
        return this.#pick([0.5, 1, 2.5]);
      case 'boolean':
        return this.#chance(0.5);
      case 'array':
        return this.#items(schema);
      case 'object':
        return this.#members(schema);
      default:
        return this.#pick([1, 2, 'a', 'bb']);
    }
  }

  #text(format: string | undefined): string {
    const formatted: Readonly<Record<string, readonly string[]>> = {
      date: ['2020-01-02', '1999-12-31'],
      'date-time': ['2020-01-02T03:04:05Z', '2020-01-02T03:04:05+01:00'],
      byte: ['aGk=', ''],
      duration: ['1h', '2m'],
    };
    return this.#pick(formatted[format ?? ''] ?? ['a', 'aaa', 'b', '', 'a,b,c']);
  }

  #items(schema: Schema): unknown[] {
    const [key] = schema['x-kubernetes-list-map-keys'] ?? [];
    const items = Array.from({ length: this.#random.int(4) }, () => this.#value(schema.items!));
    return key === undefined ? items : items.map((item, i) => ({ ...(item as object), [key]: `k${i}` }));
  }

  #members(schema: Schema): Record<string, unknown> {
    const { properties = {}, additionalProperties: values } = schema;
    if (values) {
      const keys = ['k', 'a', 'z.y'].filter(() => this.#chance(0.6));
      return Object.fromEntries(keys.map((k) => [k, this.#value(values)]));
    }
    const named = Object.entries(properties).filter(() => this.#chance(0.8));
    return {
      ...Object.fromEntries(named.map(([name, p]) => [name, this.#value(p)])),
      ...(schema['x-kubernetes-embedded-resource'] && { kind: 'K', apiVersion: 'v1', metadata: { name: 'x' } }),
      ...(schema['x-kubernetes-preserve-unknown-fields'] && { extra: 1 }),
    };
  }
}
