import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../machinery/index.ts';
import { decode } from './decode.ts';
import * as s from './words.ts';

const inner = s.struct('x.v1.Inner', { a: s.zero(1, s.str()), on: s.opt(2, s.bool()), n: s.opt(3, s.int32()) });
const outer = s.struct(
  'x.v1.Outer',
  {
    first: s.zero(1, s.str(), { default: 'one' }),
    copied: s.opt(2, s.str(), { fill: (parent) => parent['first'] as string }),
    list: s.zero(3, s.list(inner)),
    held: s.held(4, inner),
    map: s.zero(5, s.map(inner)),
    names: s.req(6, s.list(s.str())),
    ...s.embed(7, 'Source', { deep: s.opt(1, inner) }),
    last: s.opt(8, s.str(), { fill: () => undefined }),
  },
  { fill: (value) => value['last'] === 'early' && ((value['list'] = []), (value['first'] = 'late')) },
);
const { shape } = outer;

const given = fc.record(
  {
    first: fc.constantFrom('', 'x', null),
    copied: fc.constantFrom('', 'y'),
    list: fc.constantFrom(null, [], [{ n: 1, a: 'b' }, null]),
    held: fc.constantFrom(null, {}, { on: false, a: '' }),
    map: fc.constantFrom({}, { b: { n: 2 }, a: null }),
    names: fc.constantFrom(null, [], ['q']),
    deep: fc.constantFrom({ n: 0 }),
    last: fc.constantFrom('early', 'z'),
  },
  { requiredKeys: [], noNullPrototype: true },
);

describe('decoding a struct', () => {
  test('gives the same bytes in whatever order its members came', () => {
    fc.assert(
      fc.property(
        given.chain((value) => fc.tuple(fc.constant(value), fc.shuffledSubarray(Object.keys(value)))),
        ([value, some]) => {
          const names = [...new Set([...some, ...Object.keys(value)])];
          const shuffled = Object.fromEntries(names.map((name) => [name, (value as JsonObject)[name]]));
          assert.equal(JSON.stringify(decode(shape, shuffled)), JSON.stringify(decode(shape, value)));
          const order = Object.keys(decode(shape, shuffled) as object);
          assert.deepEqual(
            order,
            [...shape.fields.keys()].filter((name) => order.includes(name)),
          );
        },
      ),
    );
  });

  const cases: { name: string; value: JsonObject; fill?: boolean; want: string }[] = [
    { name: 'nothing', value: {}, want: '{"first":"one","copied":"one","held":{},"names":null}' },
    { name: 'nothing, unfilled', value: {}, fill: false, want: '{"held":{},"names":null}' },
    {
      name: 'zero values make way for defaults, where they are left out',
      value: { first: '', copied: '', names: [] },
      want: '{"first":"one","copied":"","held":{},"names":[]}',
    },
    {
      name: 'what the struct fills last stands where it belongs',
      value: { last: 'early', first: 'x' },
      want: '{"first":"late","copied":"x","list":[],"held":{},"names":null,"last":"early"}',
    },
  ];
  for (const { name, value, fill = true, want } of cases) {
    test(name, () => assert.equal(JSON.stringify(decode(shape, value, { fill })), want));
  }

  test('tells where unknown fields are, those inside first', () => {
    const paths: string[] = [];
    const value = { odd: 1, map: { 'a.b': { x: 1 } }, list: [{}, { y: null }], deep: { z: 1 }, even: 2 };
    decode(shape, value, { onUnknown: (path) => paths.push(path) });
    assert.deepEqual(paths, ['list[1].y', 'map.a.b.x', 'deep.z', 'odd', 'even']);
  });

  const mistakes: { value: unknown; want: string }[] = [
    { value: [], want: 'array into Go value of type v1.Outer' },
    { value: { held: 'x' }, want: 'string into Go struct field Outer.held of type v1.Inner' },
    { value: { list: [{}, { n: 'x' }] }, want: 'string into Go struct field Inner.list.n of type int32' },
    { value: { map: { k: { a: 1 } } }, want: 'number into Go struct field Inner.map.a of type string' },
    { value: { names: ['a', 1] }, want: 'number into Go struct field Outer.names of type string' },
    { value: { deep: { on: 'x' } }, want: 'string into Go struct field Inner.Source.deep.on of type bool' },
    { value: { names: 1, first: 2 }, want: 'number into Go struct field Outer.first of type string' },
  ];
  for (const { value, want } of mistakes) {
    test(`refuses ${JSON.stringify(value)}`, () =>
      assert.throws(() => decode(shape, value), { message: `json: cannot unmarshal ${want}` }));
  }
});
