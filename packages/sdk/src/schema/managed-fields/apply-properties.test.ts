import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { equal, type JsonObject, type KubeObject } from '../../machinery/index.ts';
import { decode } from '../decode.ts';
import * as s from '../words.ts';
import { applyManaged } from './apply.ts';
import { updateManaged } from './update.ts';

const item = s.struct('x.Item', {
  name: s.req(1, s.str()),
  size: s.opt(2, s.int32()),
  tags: s.zero(3, s.set(s.str())),
  args: s.zero(4, s.list(s.str())),
});
const { shape } = s.struct('x.Thing', {
  metadata: s.held(
    1,
    s.struct('x.Meta', {
      name: s.zero(1, s.str()),
      labels: s.zero(2, s.map(s.str())),
      managedFields: s.zero(3, s.list(s.any())),
    }),
  ),
  items: s.zero(2, s.listByKey(item, ['name'])),
  data: s.zero(3, s.map(s.str())),
  whole: s.zero(4, s.atomicMap(s.str())),
});

const word = fc.constantFrom('a', 'b', 'c', 'constructor');
const words = fc.dictionary(word, fc.constantFrom('1', '2', '3'), { maxKeys: 3, noNullPrototype: true });
const someItem = fc.record(
  {
    name: fc.constantFrom('web', 'log', 'side'),
    size: fc.nat({ max: 3 }),
    tags: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
    args: fc.array(word, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['name'], noNullPrototype: true },
);
const config = fc.record(
  {
    items: fc.uniqueArray(someItem, { selector: (i) => i.name, minLength: 1, maxLength: 3 }),
    data: words,
    whole: words,
    labels: words,
  },
  { requiredKeys: [], noNullPrototype: true },
);
type Config = { labels?: Record<string, string> } & JsonObject;

function applied(live: KubeObject | undefined, { labels, ...rest }: Config, manager: string, now = '1'): KubeObject {
  const { object } = applyManaged({
    shape,
    kind: 'Thing',
    apiVersion: 'x/v1',
    live,
    applied: { apiVersion: 'x/v1', kind: 'Thing', metadata: { name: 'n', ...(labels && { labels }) }, ...rest },
    manager,
    subresource: '',
    force: true,
    now,
  });
  return stored(object);
}

const stored = (object: KubeObject): KubeObject => ({
  apiVersion: 'x/v1',
  kind: 'Thing',
  ...(decode(shape, object) as KubeObject),
});

/** When somebody last wrote isn't a change by itself. */
const timeless = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    managedFields: (object.metadata.managedFields ?? []).map((entry) => ({ ...entry, time: '' })),
  },
});

/** Everything that a configuration says is in the object. */
function assertHas(object: KubeObject & JsonObject, { labels = {}, items, ...rest }: Config): void {
  const has = (map: unknown, wanted: object) => {
    for (const [k, v] of Object.entries(wanted)) assert.equal((map as JsonObject)[k], v, k);
  };
  has(object.metadata.labels ?? {}, labels);
  has(object['data'] ?? {}, (rest['data'] as object) ?? {});
  for (const wanted of (items as { name: string; tags?: string[] }[] | undefined) ?? []) {
    const found = (object['items'] as { name: string; tags?: string[] }[]).find((i) => i.name === wanted.name);
    assert.ok(found, wanted.name);
    const { tags = [], ...own } = wanted;
    for (const [k, v] of Object.entries(own)) assert.deepEqual((found as JsonObject)[k], v, `${wanted.name}.${k}`);
    for (const tag of tags) assert.ok(found.tags?.includes(tag), `${wanted.name} ${tag}`);
  }
}

test('applying the same twice changes nothing, whatever was there', () => {
  fc.assert(
    fc.property(config, config, (before, mine) => {
      const live = applied(undefined, before, 'other');
      const once = applied(live, mine, 'me', '2');
      assert.ok(equal(timeless(applied(once, mine, 'me', '3')), timeless(once)));
    }),
  );
});

test('two appliers never lose each other’s fields: one that takes all of its own back leaves the other’s', () => {
  fc.assert(
    fc.property(config, config, (one, other) => {
      const both = applied(applied(undefined, one, 'one'), other, 'other', '2');
      assertHas(both as KubeObject & JsonObject, other);
      // What `one` still owns outlives anything that `other` does with its own.
      const back = applied(both, one, 'one', '3');
      const without = applied(back, {}, 'other', '4');
      assertHas(without as KubeObject & JsonObject, one);
    }),
  );
});

test('an object applied from nothing is what was applied, and nothing is left when it is taken back', () => {
  fc.assert(
    fc.property(config, (mine) => {
      const made = applied(undefined, mine, 'me');
      assertHas(made as KubeObject & JsonObject, mine);
      const { metadata, ...rest } = applied(made, {}, 'me', '2') as KubeObject & JsonObject;
      assert.deepEqual(rest, { apiVersion: 'x/v1', kind: 'Thing' });
      assert.deepEqual(metadata.labels, undefined);
    }),
  );
});

test('after an update every field has exactly those owners that set it last', () => {
  fc.assert(
    fc.property(config, config, (before, after) => {
      const live = applied(undefined, before, 'me');
      const { labels, ...rest } = after as Config;
      const next = stored({ ...rest, metadata: { name: 'n', ...(labels && { labels }) } } as KubeObject);
      const managedFields = updateManaged({
        shape,
        old: live,
        next,
        manager: 'editor',
        apiVersion: 'x/v1',
        subresource: '',
        now: '2',
      });
      // Nobody owns what isn't there: an applier that asks for nothing more removes nothing of the editor's.
      const edited = { ...next, metadata: { ...next.metadata, ...(managedFields && { managedFields }) } } as KubeObject;
      const result = applied(edited, {}, 'stranger', '3');
      const { managedFields: _, ...metadata } = result.metadata;
      const { managedFields: __, ...wanted } = next.metadata;
      assert.deepEqual({ ...result, metadata }, { ...next, metadata: wanted });
    }),
  );
});
