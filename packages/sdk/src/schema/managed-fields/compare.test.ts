import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { equal, isObject, noteEmpty, type ListShape, type Shape } from '../../machinery/index.ts';
import * as s from '../words.ts';
import { compare } from './compare.ts';
import { apart, compareNew, emptyObject } from './creation.ts';
import type { Comparison } from './difference.ts';
import { type FieldSet, fieldSetOf, pathsOf } from './field-set.ts';
import { Untyped } from './path-element.ts';
import { granularityOf, indexItems, itemsOf, memberShape, shapeFor } from './structure.ts';

const item = s.struct('x.Item', {
  name: s.zero(1, s.str(), { default: 'unnamed' }),
  port: s.zero(2, s.int32()),
  tags: s.zero(3, s.set(s.str())),
  labels: s.zero(4, s.map(s.str())),
});
const { shape } = s.struct('x.Thing', {
  metadata: s.held(1, s.struct('x.Meta', { name: s.zero(1, s.str()), labels: s.zero(2, s.map(s.str())) })),
  items: s.held(2, s.listByKey(item, ['name', 'port'], { keyDefaults: { port: 0 } })),
  whole: s.zero(3, s.list(item)),
  selector: s.zero(4, s.atomicMap(s.str())),
  nested: s.zero(5, s.map(s.map(s.str()))),
  any: s.zero(6, { shape: { type: 'any', deduced: true } }),
});

/** Keys that would be told wrongly if what is told weren't taken apart by lengths. */
const key = fc.constantFrom('a', 'b', ')', '+', '~)', '-', '3:f:a+)', '__proto__', 'constructor');
const text = fc.constantFrom('', 'x', 'y', ')+');
const map = fc.dictionary(key, fc.oneof(text, fc.constant(null)), { maxKeys: 3, noNullPrototype: true });
const someItem = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'unnamed'),
    port: fc.constantFrom(0, 80),
    tags: fc.option(fc.array(text, { maxLength: 3 })),
    labels: fc.option(map),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const { any } = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, 1, 'x'),
    fc.array(text, { maxLength: 2 }),
    fc.dictionary(key, tie('any'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const thing = fc.record(
  {
    metadata: fc.record({ name: text, labels: fc.option(map) }, { requiredKeys: [], noNullPrototype: true }),
    items: fc.option(fc.array(someItem, { maxLength: 4 })),
    whole: fc.option(fc.array(someItem, { maxLength: 2 })),
    selector: fc.option(map),
    nested: fc.option(fc.dictionary(key, fc.option(map), { maxKeys: 2, noNullPrototype: true })),
    any,
    unknown: text,
  },
  { requiredKeys: [], noNullPrototype: true },
);

/** The same said path by path, as upstream's typed comparison goes through two values. */
function told(declared: Shape, old: unknown, next: unknown, path: string, out: Record<string, string>): void {
  if (old === next) return;
  if (declared.type === 'any' && declared.deduced && isObject(old) !== isObject(next)) {
    if (old !== undefined && next !== undefined) {
      told(declared, old, undefined, path, out);
      return told(declared, undefined, next, path, out);
    }
  }
  const of = shapeFor(declared, old, next);
  const say = (what: string) => (out[`${what} ${path}`] = what);
  const whole =
    old === undefined ? 'added' : next === undefined ? 'removed' : equal(old, next) ? undefined : 'modified';
  const isEmpty = (v: unknown) => (Array.isArray(v) ? v.length === 0 : !isObject(v) || Object.keys(v).length === 0);
  if (granularityOf(of) === 'leaf' || (isEmpty(old) && isEmpty(next))) {
    if (whole) say(whole);
    return;
  }
  if (whole === 'added' || whole === 'removed') say(whole);
  if (granularityOf(of) === 'map') {
    const [was, is] = [old ?? {}, next ?? {}] as Record<string, unknown>[];
    const names = new Set([...Object.keys(was!), ...Object.keys(is!)]);
    const member = (o: Record<string, unknown>, name: string) => (Object.hasOwn(o, name) ? o[name] : undefined);
    for (const name of names)
      told(memberShape(of, name), member(was!, name), member(is!, name), `${path}/f:${name}`, out);
    return;
  }
  const list = of as ListShape;
  const group = (v: unknown) => indexItems(list, itemsOf(v));
  const [was, is] = [group(old), group(next)];
  for (const element of new Set([...was.keys(), ...is.keys()])) {
    const [before, after] = [was.get(element) ?? [], is.get(element) ?? []];
    const below = `${path}/${element}`;
    if (before.length > 1 && after.length > 1) {
      if (!equal(before, after)) out[`modified ${below}`] = 'modified';
    } else {
      told(list.items, before.length > 1 ? undefined : before[0], after.length > 1 ? undefined : after[0], below, out);
      if (before.length > 1) out[`removed ${below}`] = 'removed';
      if (after.length > 1) out[`added ${below}`] = 'added';
    }
  }
}

const paths = (what: string, set: FieldSet | undefined): string[] =>
  set ? [...pathsOf(set)].map((path) => `${what} ${path.map((e) => `/${e}`).join('')}`) : [];
const allPaths = (found: Comparison | undefined): string[] =>
  (['added', 'modified', 'removed'] as const).flatMap((what) => paths(what, found?.[what])).sort();
const compared = (old: unknown, next: unknown): string[] => allPaths(compare(shape, old, next));

describe('what differs between two values', () => {
  test('is what there is to say of every path', () => {
    fc.assert(
      fc.property(thing, thing, (old, next) => {
        const out: Record<string, string> = {};
        told(shape, old, next, '', out);
        assert.deepEqual(compared(old, next), Object.keys(out).sort());
      }),
      { numRuns: 2000 },
    );
  });
  test('is the same comparison when it is the same fields, whatever they say', () => {
    const of = (a: string, b: string) => compare(shape, { metadata: { name: a } }, { metadata: { name: b }, any: b });
    assert.equal(of('a', 'b'), of('c', 'd'));
    assert.notEqual(of('a', 'b'), of('a', 'a'));
  });
  test('is told rightly of more fields than are remembered', () => {
    for (let i = 0; i < 20_000; i++) {
      const found = compare(shape, {}, { metadata: { labels: { [`l${i}`]: 'x' } } });
      if (i % 1000 === 0) {
        const labels = ['metadata', 'labels', `l${i}`].map(
          (_, at, all) => `added /f:${all.slice(0, at + 1).join('/f:')}`,
        );
        assert.deepEqual(paths('added', found?.added).sort(), labels);
      }
    }
  });
  test('is told of empty members inside of lists that are owned whole, and nowhere else', () => {
    const given = (what: object) => {
      noteEmpty(what, 'tags', []);
      return what;
    };
    const table: [next: object, want: string[]][] = [
      [{ whole: [given({ name: 'a' })] }, ['modified /f:whole']],
      [{ whole: [{ name: 'a', labels: given({}) }] }, ['modified /f:whole']],
      [{ whole: [{ name: 'a' }] }, []],
      [given({ whole: [{ name: 'a' }] }), []],
      [{ items: [given({ name: 'a' })] }, []],
      [{ any: { some: [given({})] } }, ['modified /f:any/f:some']],
      [{ any: { some: given({}) } }, []],
    ];
    for (const [next, want] of table) assert.deepEqual(compared(JSON.parse(JSON.stringify(next)), next), want);
  });
  test('leaves out what is kept apart', () => {
    const apart = fieldSetOf([['metadata', 'name'], ['whole']]);
    const next = { metadata: { name: 'b', labels: { a: 'x' } }, whole: [] };
    const found = compare(shape, { metadata: { name: 'a' } }, next, apart);
    assert.deepEqual(paths('added', found?.added), ['added /f:metadata/f:labels', 'added /f:metadata/f:labels/f:a']);
    assert.equal(found?.modified, undefined);
    assert.equal(compare(shape, { metadata: { name: 'a' } }, { metadata: { name: 'b' } }, apart), undefined);
  });
});

describe('what is new in an object', () => {
  const isLikeCompared = (next: unknown) =>
    assert.deepEqual(allPaths(compareNew(shape, next)), allPaths(compare(shape, emptyObject(shape), next, apart)));

  test('is what differs from an empty one, whatever was new in others before', () => {
    fc.assert(fc.property(fc.oneof(thing, any), isLikeCompared), { numRuns: 3000 });
  });
  test('is told of what is left out, is shared, is too much to walk through or kept apart', () => {
    const many = Array.from({ length: 100 }, (_, port) => ({ port, labels: { a: 'x' } }));
    const table: object[] = [
      {},
      { metadata: null },
      { metadata: {}, items: null },
      { metadata: {}, items: [] },
      { items: [{ name: 'a' }] },
      { metadata: {}, items: [{ name: 'a' }, { name: 'b' }] },
      { metadata: {}, items: [{ name: 'a', tags: ['x'] }, { name: 'b' }, { name: 'a' }] },
      { metadata: {}, items: [{ port: 0 }, { name: 'unnamed' }] },
      { metadata: {}, items: [{ tags: ['x', 'y', 'x'] }] },
      { metadata: {}, items: many },
      { metadata: {}, items: [...many, { port: 7 }] },
      { apiVersion: 'x/v1', kind: 'Thing', metadata: { name: 'a', managedFields: [{}] } },
      { metadata: { name: undefined }, whole: undefined },
    ];
    for (const next of [...table, ...table.toReversed()]) isLikeCompared(next);
  });
  test('is the same comparison when it is the same fields, whatever they say', () => {
    const of = (name: string, item: string) => compareNew(shape, { metadata: { name }, items: [{ name: item }] });
    assert.equal(of('a', 'i'), of('b', 'i'));
    assert.notEqual(of('a', 'i'), of('a', 'j'));
    assert.equal(of('a', 'i'), of('c', 'i'));
  });
  test('is told rightly of more fields than are remembered', () => {
    for (let i = 0; i < 20_000; i++) {
      const next = { metadata: { labels: { [`l${i}`]: 'x' } } };
      if (i % 1000 === 0) isLikeCompared(next);
      else compareNew(shape, next);
    }
  });
  test('is refused of items that cannot be told apart', () => {
    for (const item of [null, 1, {}]) {
      const shapeless = s.struct('x.S', {
        items: s.zero(1, s.listByKey(s.struct('x.I', { id: s.zero(1, s.str()) }), ['id'])),
      });
      assert.throws(() => compareNew(shapeless.shape, { items: [item] }), Untyped);
    }
  });
});
