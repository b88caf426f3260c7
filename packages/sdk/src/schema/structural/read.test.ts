import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectMeta } from '../../api/index.ts';
import type { JsonObject } from '../../machinery/index.ts';
import { decode } from '../decode.ts';
import type { JSONSchemaProps } from './json-schema.ts';
import { resourceShape } from './shape.ts';

function read(spec: JSONSchemaProps, value: JsonObject): { spec: unknown; unknown: string[] } {
  const schema: JSONSchemaProps = { type: 'object', properties: { spec } };
  const shape = resourceShape(() => schema, { name: 'com.example.v1.Widget', meta: objectMeta.shape });
  const unknown: string[] = [];
  const given = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' }, spec: value };
  const before = JSON.stringify(given);
  const object = decode(shape, given, { onUnknown: (path) => unknown.push(path) }) as { spec: unknown };
  assert.equal(JSON.stringify(given), before);
  return { spec: object.spec, unknown };
}

const string: JSONSchemaProps = { type: 'string' };
const preserve = { 'x-kubernetes-preserve-unknown-fields': true } as const;

test('what a schema does not know is dropped and told of', () => {
  const table: [schema: JSONSchemaProps, value: JsonObject, want: unknown, unknown?: string[]][] = [
    [{ type: 'object', properties: { a: string } }, { a: '1', b: 2 }, { a: '1' }, ['spec.b']],
    [
      { type: 'object', properties: { a: string }, ...preserve },
      { a: '1', b: { c: 1 } },
      { a: '1', b: { c: 1 } },
    ],
    // What is preserved around isn't preserved inside of what is specified.
    [
      { type: 'object', properties: { a: { type: 'object', properties: { b: string } } }, ...preserve },
      { a: { b: '1', c: 1 }, d: { e: 1 } },
      { a: { b: '1' }, d: { e: 1 } },
      ['spec.a.c'],
    ],
    [{ type: 'object', additionalProperties: string }, { any: 'x' }, { any: 'x' }],
    [
      { type: 'object', additionalProperties: { type: 'object', properties: { b: string } } },
      { k: { b: '1', c: 1 } },
      { k: { b: '1' } },
      ['spec.k.c'],
    ],
    [
      { type: 'object', properties: { l: { type: 'array', items: { type: 'object', properties: { b: string } } } } },
      { l: [{ b: '1' }, { c: 1 }] },
      { l: [{ b: '1' }, {}] },
      ['spec.l[1].c'],
    ],
    // Of another type than the schema says: validation will tell.
    [{ type: 'object', properties: { a: { type: 'object', properties: { b: string } } } }, { a: 'x' }, { a: 'x' }],
  ];
  for (const [schema, value, want, unknown = []] of table) {
    assert.deepEqual(read(schema, value), { spec: want, unknown }, JSON.stringify([schema, value]));
  }
});

test('defaults are filled where their parent is, and take the place of nulls that may not stand', () => {
  const a: JSONSchemaProps = { ...string, default: 'A' };
  const inner: JSONSchemaProps = { type: 'object', properties: { a } };
  const table: [properties: Record<string, JSONSchemaProps>, value: JsonObject, want: unknown][] = [
    [{ a }, {}, { a: 'A' }],
    [{ a }, { a: '' }, { a: '' }],
    [{ a }, { a: null }, { a: 'A' }],
    [{ a: string }, { a: null }, {}],
    [{ a: { ...a, nullable: true } }, { a: null }, { a: null }],
    [{ o: inner }, {}, {}],
    [{ o: inner }, { o: {} }, { o: { a: 'A' } }],
    [{ o: { ...inner, default: {} } }, {}, { o: { a: 'A' } }],
    [{ o: { ...inner, default: { a: 'B' } } }, {}, { o: { a: 'B' } }],
    [{ l: { type: 'array', items: inner } }, { l: [{}, { a: 'B' }] }, { l: [{ a: 'A' }, { a: 'B' }] }],
    [{ m: { type: 'object', additionalProperties: inner } }, { m: { k: {} } }, { m: { k: { a: 'A' } } }],
  ];
  for (const [properties, value, want] of table) {
    assert.deepEqual(read({ type: 'object', properties }, value).spec, want, JSON.stringify([properties, value]));
  }
});

test('a resource inside of another has metadata, and says what it is', () => {
  const template: JSONSchemaProps = { type: 'object', 'x-kubernetes-embedded-resource': true, ...preserve };
  const { spec } = read(
    { type: 'object', properties: { template } },
    { template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', unheard: 1 }, spec: { any: 1 } } },
  );
  assert.deepEqual(spec, { template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { any: 1 } } });
});

test('a shape looks into its schema when somebody looks into it', () => {
  let asked = 0;
  const shape = resourceShape(
    () => {
      asked++;
      return { type: 'object', properties: { spec: { type: 'object', properties: { a: string } } } };
    },
    { name: 'com.example.v1.Widget', meta: objectMeta.shape },
  );
  assert.equal(asked, 0);
  assert.deepEqual([...shape.fields.keys()].sort(), ['apiVersion', 'kind', 'metadata', 'spec']);
  assert.equal(asked, 1);
});
