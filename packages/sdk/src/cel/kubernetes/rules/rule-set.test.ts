import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../../machinery/index.ts';
import type { StructuralSchema } from '../structural-schema.ts';
import { type RuleQuestion, RuleSet } from './rule-set.ts';

const int = { type: 'integer' };
const text = { type: 'string' };
const object = (properties: Record<string, StructuralSchema>, ...rules: string[]): StructuralSchema => ({
  type: 'object',
  properties,
  ...(rules.length && { 'x-kubernetes-validations': rules.map((rule) => ({ rule })) }),
});

const said = (schema: StructuralSchema, question: RuleQuestion): string[] =>
  RuleSet.of(schema)!.evaluate(question).errors.map(lineOf);

test('a schema without rules has nothing to evaluate', () => {
  assert.equal(RuleSet.of(object({ a: int })), undefined);
});

test('rules that do not hold refuse where they stand, or where they say', () => {
  const schema = object({
    list: {
      type: 'array',
      items: { ...int, 'x-kubernetes-validations': [{ rule: 'self > 1', message: 'too small' }] },
    },
    map: { type: 'object', additionalProperties: object({ a: int, b: int }, 'self.a < self.b') },
  });
  assert.deepEqual(said(schema, { object: { list: [1, 2], map: { k: { a: 2, b: 1 } } } }), [
    'list[0]: Invalid value: 1: too small',
    'map[k]: Invalid value: failed rule: self.a < self.b',
  ]);
  const pointed = {
    ...object({ a: int }),
    'x-kubernetes-validations': [
      {
        rule: 'self.a > 1',
        fieldPath: '.a',
        reason: 'FieldValueForbidden',
        messageExpression: "'is ' + string(self.a)",
      },
    ],
  };
  assert.deepEqual(said(object({ spec: pointed }), { object: { spec: { a: 1 } } }), ['spec.a: Forbidden: is 1']);
});

test('rules about changes are asked when there was something before', () => {
  const schema = object({ a: { ...int, 'x-kubernetes-validations': [{ rule: 'self >= oldSelf' }] } });
  assert.deepEqual(said(schema, { object: { a: 1 } }), []);
  assert.deepEqual(said(schema, { object: { a: 1 }, oldObject: {} }), []);
  assert.deepEqual(said(schema, { object: { a: 1 }, oldObject: { a: 2 } }), [
    'a: Invalid value: 1: failed rule: self >= oldSelf',
  ]);
});

test('items of a keyed list are compared with those of their key', () => {
  const item = { ...object({ k: text, v: int }, 'self.v >= oldSelf.v'), required: ['k'] };
  const list = { type: 'array', items: item, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] };
  const question = {
    object: {
      l: [
        { k: 'a', v: 1 },
        { k: 'b', v: 2 },
        { k: 'c', v: 0 },
      ],
    },
    oldObject: {
      l: [
        { k: 'b', v: 3 },
        { k: 'a', v: 1 },
      ],
    },
  };
  assert.deepEqual(said(object({ l: list }), question), ['l[1]: Invalid value: failed rule: self.v >= oldSelf.v']);
});

test('what was wrong before and stays the same is only warned of', () => {
  const schema = object({ a: { ...int, 'x-kubernetes-validations': [{ rule: 'self > 1' }] } });
  const set = RuleSet.of(schema)!;
  const unchanged = { object: { a: 1 }, oldObject: { a: 1 } };
  const { errors, warnings } = set.evaluate(unchanged);
  assert.deepEqual([errors, warnings], [[], ['a: Invalid value: 1: failed rule: self > 1']]);
  assert.equal(set.evaluate({ ...unchanged, isStrict: true }).errors.length, 1);
  assert.equal(set.evaluate({ object: { a: 0 }, oldObject: { a: 1 } }).errors.length, 1);
});

test('an object gets no more than its budget', () => {
  const numbers = Array.from({ length: 150 }, (_, i) => i);
  const list = { type: 'array', items: int };
  const one = object({ l: list }, 'self.l.all(a, self.l.all(b, self.l.all(c, a + b + c >= 0)))');
  assert.match(said(one, { object: { l: numbers } })[0]!, /call cost exceeds limit for rule/);
  const each = object({ l: list }, 'self.l.all(a, self.l.all(b, a + b >= 0))');
  const many = object({ all: { type: 'array', items: each } });
  const errors = said(many, { object: { all: Array.from({ length: 90 }, () => ({ l: numbers })) } });
  assert.equal(errors.length, 1);
  assert.match(errors[0]!, /running out of cost budget, no further validation rules will be run/);
});

test('names, formats and ints-or-strings are typed as the schema says', () => {
  const schema = object(
    {
      'a.b': text,
      at: { type: 'string', format: 'date-time' },
      bytes: { type: 'string', format: 'byte' },
      either: { 'x-kubernetes-int-or-string': true },
      set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    },
    "self.a__dot__b == 'x'",
    "self.at < timestamp('2020-01-01T00:00:00Z')",
    "self.bytes == b'hi'",
    'self.either == 1',
    "self.set == ['b', 'a']",
  );
  const good = { 'a.b': 'x', at: '2019-01-01T00:00:00Z', bytes: 'aGk=', either: 1, set: ['a', 'b'] };
  assert.deepEqual(said(schema, { object: good }), []);
  const bad = { 'a.b': 'y', at: '2021-01-01T00:00:00+01:00', bytes: 'aGs=', either: 'x', set: ['a'] };
  assert.equal(said(schema, { object: bad }).length, 5);
});

test('what a schema describes compares with values of its kind alone', () => {
  const either = { 'x-kubernetes-int-or-string': true };
  const schema = object({ a: object({}), e: either }, 'self.a == self.e', 'self.e != self.a');
  assert.deepEqual(said(schema, { object: { a: {}, e: 1 } }), [
    '<nil>: Invalid value: "object": \'no such overload\': call arguments did not match a supported operator, function or macro signature for rule: self.a == self.e',
  ]);
});
