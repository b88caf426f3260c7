import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { deepFreeze, type JsonObject } from '../object.ts';
import type { Shape, StructShape } from '../shape.ts';
import { StatusError } from '../status-error.ts';
import { jsonPatch, mergePatch, readJsonPatch, strategicMergePatch, touchedInOrder } from './index.ts';

const text: Shape = { type: 'string' };
const struct = (name: string, fields: Record<string, Shape>): StructShape => ({
  type: 'struct',
  name,
  fields: new Map(
    Object.entries(fields).map(([f, shape], i) => [f, { name: f, number: i + 1, presence: 'zero', shape }]),
  ),
});
const port = struct('x.Port', { port: { type: 'integer', bits: 32 }, name: text });
const item = struct('x.Item', {
  name: text,
  image: text,
  args: { type: 'list', items: text },
  ports: { type: 'list', items: port, patchStrategy: 'merge', patchKey: 'port' },
});
const shape = struct('x.Thing', {
  labels: { type: 'map', values: text },
  items: { type: 'list', items: item, patchStrategy: 'merge', patchKey: 'name' },
  finalizers: { type: 'list', items: text, patchStrategy: 'merge' },
  owner: struct('x.Owner', { name: text, role: text }),
});

const live = deepFreeze({
  labels: { a: '1', b: '2' },
  items: [
    { name: 'one', image: 'i1', args: ['x'], ports: [{ port: 80, name: 'web' }] },
    { name: 'two', image: 'i2' },
  ],
  finalizers: ['f/1', 'f/2'],
  owner: { name: 'me', role: 'boss' },
});

describe('strategicMergePatch', () => {
  const names = (o: JsonObject) => (o['items'] as { name: string }[]).map((i) => i.name);
  const patched = (patch: JsonObject) => strategicMergePatch(shape, live, deepFreeze(patch));

  test('null deletes, objects merge', () => {
    assert.deepEqual(patched({ labels: { a: null, c: '3' } })['labels'], { b: '2', c: '3' });
  });
  test('new items come first, known ones merge in place', () => {
    assert.deepEqual(names(patched({ items: [{ name: 'three' }] })), ['three', 'one', 'two']);
    assert.deepEqual(patched({ items: [{ name: 'one', image: 'i9', args: ['y'] }] })['items'], [
      { ...live.items[0], image: 'i9', args: ['y'] },
      live.items[1],
    ]);
  });
  test('$patch: delete takes an item, replace the whole list', () => {
    assert.deepEqual(names(patched({ items: [{ name: 'one', $patch: 'delete' }] })), ['two']);
    assert.deepEqual(names(patched({ items: [{ name: 'nine' }, { $patch: 'replace' }] })), ['nine']);
  });
  test('a struct that is only set as a whole doesn’t merge', () => {
    const whole: StructShape = {
      ...shape,
      fields: new Map([...shape.fields].map(([f, s]) => [f, f === 'owner' ? { ...s, patchStrategy: 'replace' } : s])),
    };
    const { owner } = strategicMergePatch(whole, live, { owner: { name: 'you' } });
    assert.deepEqual(owner, { name: 'you' });
  });
  test('$patch in an object replaces or empties it', () => {
    assert.deepEqual(patched({ owner: { $patch: 'replace', name: 'you' } })['owner'], { name: 'you' });
    assert.deepEqual(patched({ owner: { $patch: 'delete' } })['owner'], {});
  });
  test('$retainKeys drops what it does not name', () => {
    assert.deepEqual(patched({ owner: { $retainKeys: ['name'] } })['owner'], { name: 'me' });
  });
  test('$setElementOrder orders, $deleteFromPrimitiveList deletes', () => {
    assert.deepEqual(names(patched({ '$setElementOrder/items': [{ name: 'two' }, { name: 'one' }] })), ['two', 'one']);
    assert.deepEqual(patched({ '$deleteFromPrimitiveList/finalizers': ['f/1'] })['finalizers'], ['f/2']);
  });
  for (const [patch, message] of [
    [{ items: [{ image: 'x' }] }, 'map: map[image:x] does not contain declared merge key: name'],
    [
      { items: [{ name: 'one', $patch: 'shuffle' }] },
      'unknown patch type: shuffle in map: map[$patch:shuffle name:one]',
    ],
    [{ owner: { $retainKeys: 'name' } }, 'invalid patch format of retainKeys'],
    [{ owner: { $patch: 5 } }, 'unknown patch type: %!s(int64=5) in map: map[$patch:5]'],
    [{ $patch: null }, 'unknown patch type: %!s(<nil>) in map: map[$patch:<nil>]'],
    [{ '$setElementOrder/items': null }, 'expected a []interface {}, but received a %!s(<nil>)'],
    [{ $setElementOrder: 1 }, 'expected a []interface {}, but received a int64'],
    [{ $setElementOrder: [] }, 'invalid patch format of setElementOrder list'],
    [{ '$setElementOrder/items': [{ name: 'one' }, 'two'] }, 'value for key 1 is not a map'],
    [
      { '$setElementOrder/items': ['one'], items: [{ name: 'one' }] },
      'expected a map[string]interface {}, but received a string',
    ],
    [{ $deleteFromPrimitiveList: ['x'] }, 'invalid patch format of primitive list'],
    [{ '$deleteFromPrimitiveList/finalizers': [5] }, 'list element types are not identical: [[f/1 f/2] [5]]'],
    [{ '$setElementOrder/gone': [] }, 'unable to find api field in struct Thing for the json field "gone"'],
  ] as const) {
    test(`refuses ${JSON.stringify(patch)}`, () => {
      assert.throws(() => patched(patch), { message });
    });
  }
  test('what a patch leaves alone stands by key: items of one key together', () => {
    const things = { items: [{ name: 'a', image: '1' }, { name: 'b' }, { name: 'a', image: '2' }] };
    const images = strategicMergePatch(shape, things, { items: [{ name: 'c' }] })['items'];
    assert.deepEqual(images, [{ name: 'c' }, { name: 'a', image: '1' }, { name: 'a', image: '2' }, { name: 'b' }]);
  });
  test('prototype names are keys like any other', () => {
    const result = patched({ labels: JSON.parse('{"__proto__":"p","constructor":"c"}') as JsonObject });
    assert.equal(JSON.stringify(result['labels']), '{"a":"1","b":"2","__proto__":"p","constructor":"c"}');
  });
});

test('copies of a JSON patch may not come to more than 3 MiB, as upstream has it', () => {
  const doubling = (times: number) =>
    Array.from({ length: times }, (_, i) => ({ op: 'copy', from: '/a', path: `/a/${i}` }));
  const run = (times: number) =>
    jsonPatch(
      { a: { text: 'x'.repeat(1000) } },
      doubling(times).map((o) => ({ ...o })),
    );
  assert.ok(run(11));
  assert.throws(() => run(12), { code: 422, reason: 'Invalid' });
  assert.throws(() => run(1000), { code: 422 });
});

describe('jsonPatch', () => {
  const run = (operations: unknown[]) => {
    const source = JSON.stringify(operations);
    return jsonPatch(live, readJsonPatch(source, operations).operations) as JsonObject;
  };
  test('adds, moves, copies, removes', () => {
    const result = run([
      { op: 'add', path: '/finalizers/-', value: 'f/3' },
      { op: 'move', from: '/labels/a', path: '/owner/name' },
      { op: 'copy', from: '/finalizers/0', path: '/finalizers/1' },
      { op: 'remove', path: '/items/-1' },
      { op: 'test', path: '/labels', value: { b: '2' } },
    ]);
    assert.deepEqual(result['finalizers'], ['f/1', 'f/1', 'f/2', 'f/3']);
    assert.deepEqual(result['owner'], { name: '1', role: 'boss' });
    assert.equal((result['items'] as unknown[]).length, 1);
  });
  test('a failing operation refuses all of them with one answer', () => {
    for (const operation of [
      { op: 'remove', path: '/labels/zz' },
      { op: 'add', path: '/nothing/here', value: 1 },
      { op: 'test', path: '/labels/a', value: '2' },
      { op: 'add', path: '/finalizers/9', value: 'x' },
      { op: 'leap', path: '/labels' },
    ]) {
      assert.throws(
        () => run([operation]),
        (err) =>
          err instanceof StatusError &&
          err.message === 'the server rejected our request due to an error in our request',
      );
    }
  });
  test('tells unknown and duplicate members', () => {
    const source = '[{"op":"test","path":"/x","path":"/y","value":null,"why":1}]';
    assert.deepEqual(readJsonPatch(source, JSON.parse(source)).strict, [
      'json patch duplicate field "[0].path"',
      'json patch unknown field "[0].why"',
    ]);
  });
});

const insideOf = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : [];
const holdsNull = (value: unknown): boolean => value === null || insideOf(value).some(holdsNull);
const someList = (value: unknown, is: (list: unknown[]) => boolean): boolean =>
  (Array.isArray(value) && is(value)) || insideOf(value).some((v) => someList(v, is));

describe('mergePatch', () => {
  test('nulls delete, also inside of what is added', () => {
    assert.deepEqual(mergePatch(live, { labels: null, owner: { role: null }, more: { a: null, b: [{ c: null }] } }), {
      finalizers: live.finalizers,
      items: live.items,
      more: { b: [{}] },
      owner: { name: 'me' },
    });
  });
  test('is idempotent and never changes its input', () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(json, json, (document, patch) => {
        // Upstream prunes the nulls of a list when it takes the place of nothing, but not when it takes an object's.
        fc.pre(!someList(patch, holdsNull));
        const once = mergePatch(deepFreeze(document), deepFreeze(patch));
        assert.deepEqual(mergePatch(once, patch), once);
      }),
    );
  });
});

describe('what a JSON patch has been through is written in order', () => {
  const document = { z: { y: 1, x: { b: 1, a: 2 } }, k: { d: 1, c: 2 }, l: [{ f: 1, e: 2 }] };
  for (const [name, operations, want] of [
    ['the root always', [], '{"k":{"d":1,"c":2},"l":[{"f":1,"e":2}],"z":{"y":1,"x":{"b":1,"a":2}}}'],
    [
      'what lies on the way',
      [{ op: 'add', path: '/z/w', from: '' }],
      '{"k":{"d":1,"c":2},"l":[{"f":1,"e":2}],"z":{"x":{"b":1,"a":2},"y":1}}',
    ],
    [
      'through lists too, and where it comes from',
      [{ op: 'copy', path: '/l/0/g', from: '/k/c' }],
      '{"k":{"c":2,"d":1},"l":[{"e":2,"f":1}],"z":{"y":1,"x":{"b":1,"a":2}}}',
    ],
  ] as const) {
    test(name, () => assert.equal(JSON.stringify(touchedInOrder(structuredClone(document), operations)), want));
  }
});
