import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import type { JSONSchemaProps } from './json-schema.ts';
import { schemaListRules, schemaValueRules } from './resource-rules.ts';
import { valueProblems } from './validator.ts';

const problems = (schema: JSONSchemaProps, value: unknown): string[] =>
  valueProblems(schema, value, { path: 'spec.x' }).map((p) => lineOf(p.at(undefined)));

test('what a schema refuses, in upstream’s words', () => {
  const table: [schema: JSONSchemaProps, value: unknown, ...want: string[]][] = [
    [{ type: 'string' }, 'a'],
    [{ type: 'string' }, 1, 'spec.x: Invalid value: "integer": spec.x in body must be of type string: "integer"'],
    [{ type: 'integer' }, 'a', 'spec.x: Invalid value: "string": spec.x in body must be of type integer: "string"'],
    [
      { type: 'integer' },
      1.5,
      'spec.x: Invalid value: "number": spec.x in body must be of type integer: "number"',
      '<nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.x',
    ],
    [{ type: 'number' }, 1],
    [{ type: 'boolean' }, [], 'spec.x: Invalid value: "array": spec.x in body must be of type boolean: "array"'],
    [{ type: 'object' }, true, 'spec.x: Invalid value: "boolean": spec.x in body must be of type object: "boolean"'],
    [{ type: 'string' }, null, 'spec.x: Invalid value: "null": spec.x in body must be of type string: "null"'],
    [{ type: 'string', nullable: true }, null],
    [{ 'x-kubernetes-int-or-string': true }, 'a'],
    [{ 'x-kubernetes-int-or-string': true }, 1],
    [
      { type: 'integer', minimum: 2 },
      1,
      'spec.x: Invalid value: 1: spec.x in body should be greater than or equal to 2',
    ],
    [
      { type: 'integer', minimum: 2, exclusiveMinimum: true },
      2,
      'spec.x: Invalid value: 2: spec.x in body should be greater than 2',
    ],
    [
      { type: 'number', maximum: 2.5 },
      3.5,
      'spec.x: Invalid value: 3.5: spec.x in body should be less than or equal to 2.5',
    ],
    [{ type: 'integer', multipleOf: 3 }, 4, 'spec.x: Invalid value: 4: spec.x in body should be a multiple of 3'],
    [
      { type: 'string', minLength: 2 },
      'ä',
      'spec.x: Invalid value: "ä": spec.x in body should be at least 2 chars long',
    ],
    [{ type: 'string', maxLength: 2 }, 'ääö', 'spec.x: Too long: may not be more than 2 bytes'],
    [{ type: 'string', maxLength: 3 }, 'ääö'],
    [{ type: 'string', pattern: '^a+$' }, 'b', 'spec.x: Invalid value: "b": spec.x in body should match \'^a+$\''],
    [{ type: 'string', pattern: 'a' }, 'bab'],
    [{ type: 'string', enum: ['a', 'b'] }, 'c', 'spec.x: Unsupported value: "c": supported values: "a", "b"'],
    [{ type: 'integer', enum: [1, 2] }, 3, 'spec.x: Unsupported value: 3: supported values: "1", "2"'],
    [{ type: 'object', required: ['a'] }, {}, 'spec.x.a: Required value'],
    [
      { type: 'object', properties: { a: { type: 'string' } } },
      { a: 1 },
      'spec.x.a: Invalid value: "integer": spec.x.a in body must be of type string: "integer"',
    ],
    [
      { type: 'object', additionalProperties: { type: 'string' } },
      { k: 1 },
      'spec.x.k: Invalid value: "integer": spec.x.k in body must be of type string: "integer"',
    ],
    [{ type: 'object', maxProperties: 1 }, { a: 1, b: 2 }, 'spec.x: Too many: 2: must have at most 1 item'],
    [
      { type: 'object', minProperties: 1 },
      {},
      'spec.x: Invalid value: 0: spec.x in body should have at least 1 properties',
    ],
    [{ type: 'array', maxItems: 1 }, [1, 2], 'spec.x: Too many: 2: must have at most 1 item'],
    [{ type: 'array', minItems: 1 }, [], 'spec.x: Invalid value: 0: spec.x in body should have at least 1 items'],
    [
      { type: 'array', items: { type: 'string' } },
      ['a', 1],
      'spec.x[1]: Invalid value: "integer": spec.x[1] in body must be of type string: "integer"',
    ],
    [
      { type: 'string', format: 'date-time' },
      'today',
      'spec.x: Invalid value: "today": spec.x in body must be of type date-time: "today"',
    ],
    [{ type: 'string', format: 'unheard-of' }, 'today'],
    [
      { type: 'object', not: { required: ['a'] } },
      { a: 1 },
      '<nil>: Invalid value: "": "spec.x" must not validate the schema (not)',
    ],
    [{ anyOf: [{ type: 'string' }, { type: 'integer' }] }, 1],
  ];
  for (const [schema, value, ...want] of table) {
    assert.deepEqual(problems(schema, value), want, JSON.stringify([schema, value]));
  }
});

test('of alternatives that all fail the one is told of in which most was looked at', () => {
  const [first, ...more] = problems(
    {
      oneOf: [
        { required: ['a'], properties: { a: { type: 'string' } } },
        { required: ['b'], properties: { b: { type: 'string', minLength: 5 } } },
      ],
    },
    { b: 'x' },
  );
  assert.equal(
    first,
    '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found none valid',
  );
  assert.ok(more.length > 0);
});

test('what was wrong before and is as it was stays so', () => {
  const of = (spec: object) => ({ metadata: { name: 'a' }, spec });
  const schema: JSONSchemaProps = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          a: { type: 'string', maxLength: 1 },
          b: { type: 'string', maxLength: 1 },
          keyed: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['name'],
            maxItems: 2,
            items: { type: 'object', properties: { name: { type: 'string' }, size: { type: 'integer', maximum: 5 } } },
          },
          plain: { type: 'array', items: { type: 'integer', maximum: 5 } },
          set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'integer', maximum: 5 } },
          open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, maxProperties: 1 },
        },
      },
    },
  };
  const fields = (next: object, old: object) =>
    [...schemaValueRules(schema, of(next), of(old))].map(({ field }) => field);
  const table: [next: object, old: object, ...want: string[]][] = [
    [{ a: 'xx', b: 'y' }, { a: 'xx' }],
    [{ a: 'xx', b: 'yy' }, { a: 'xx' }, 'spec.b'],
    [{ a: 'xxx' }, { a: 'xx' }, 'spec.a'],
    // Items are found again by their keys, wherever they stand.
    [{ keyed: [{ name: 'n' }, { name: 'm', size: 9 }] }, { keyed: [{ name: 'm', size: 9 }] }],
    [{ keyed: [{ name: 'm', size: 8 }] }, { keyed: [{ name: 'm', size: 9 }] }, 'spec.keyed[0].size'],
    [
      { keyed: [{ name: 'n' }, { name: 'm' }, { name: 'k' }] },
      { keyed: [{ name: 'k' }, { name: 'n' }, { name: 'm' }] },
    ],
    [
      { keyed: [{ name: 'n' }, { name: 'm' }, { name: 'k', size: 1 }] },
      { keyed: [{ name: 'k' }, { name: 'n' }, { name: 'm' }] },
      'spec.keyed',
    ],
    // Other lists are new when anything in them is.
    [{ plain: [9], a: 'x' }, { plain: [9] }],
    [{ plain: [9, 1] }, { plain: [9] }, 'spec.plain[0]'],
    [{ set: [9], a: 'x' }, { set: [9] }],
    [{ set: [9, 1] }, { set: [9] }, 'spec.set[0]'],
    // What the schema doesn't know can't be told to be as it was.
    [{ open: { x: 1, y: 2 } }, { open: { x: 1, y: 2 } }, 'spec.open'],
  ];
  for (const [next, old, ...want] of table) assert.deepEqual(fields(next, old), want, JSON.stringify(next));
});

test('items of sets and of lists with keys are there once', () => {
  const set: JSONSchemaProps = { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } };
  const map: JSONSchemaProps = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name', 'port'],
    items: { type: 'object', properties: { name: { type: 'string' }, port: { type: 'integer', default: 80 } } },
  };
  const schema = { type: 'object', properties: { set, map } } as JSONSchemaProps;
  const lines = (object: object, old?: object) =>
    [...schemaListRules(schema, { metadata: {}, ...object }, old && { metadata: {}, ...old })].map(lineOf);
  assert.deepEqual(lines({ set: ['a', 'b', 'a'] }), ['set[2]: Duplicate value: "a"']);
  assert.deepEqual(lines({ map: [{ name: 'a' }, { name: 'a', port: 1 }] }), []);
  assert.deepEqual(
    lines({
      map: [
        { name: 'a', port: 1 },
        { name: 'a', port: 1 },
      ],
    }),
    ['map[1]: Duplicate value: {"name":"a","port":1}'],
  );
  assert.deepEqual(lines({ set: ['a', 'a'] }, { set: ['b', 'b'] }), []);
});
