import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { deepFreeze, equal, type JsonObject, type KubeObject, StatusError } from '../../machinery/index.ts';
import * as s from '../words.ts';
import { difference, fieldsOf, intersection, parseFieldSet, pathsOf, union } from './field-set.ts';
import { applyManaged, managerOf, parentManagedFields, scaleManagedFields, updateManaged } from './index.ts';
import { ownFields } from './own-fields.ts';
import { pathText } from './path-element.ts';

const port = s.struct('x.Port', {
  port: s.req(1, s.int32()),
  protocol: s.zero(2, s.str(), { default: 'TCP' }),
  name: s.zero(3, s.str()),
});
const item = s.struct('x.Item', {
  name: s.req(1, s.str()),
  image: s.zero(2, s.str()),
  ports: s.zero(3, s.listByKey(port, ['port', 'protocol'])),
});
const spec = s.struct('x.Spec', {
  replicas: s.opt(1, s.int32()),
  items: s.req(2, s.listByKey(item, ['name'])),
  args: s.zero(3, s.list(s.str())),
  tags: s.zero(4, s.set(s.str())),
  selector: s.zero(5, s.atomicMap(s.str())),
});
const meta = s.struct('x.Meta', {
  name: s.zero(1, s.str()),
  labels: s.zero(2, s.map(s.str())),
  managedFields: s.zero(3, s.list(s.any())),
});
const { shape } = s.struct('x.Thing', {
  metadata: s.held(1, meta),
  spec: s.held(2, spec),
  status: s.held(3, s.struct('x.Status', { ready: s.opt(1, s.bool()) })),
});

const at = (second: number): string => `2030-01-01T00:00:${String(second).padStart(2, '0')}Z`;
const writer = (manager: string, second = 0) => ({ manager, apiVersion: 'x/v1', subresource: '', now: at(second) });
const thing = (body: JsonObject): KubeObject => ({ metadata: { name: 't' }, ...body }) as KubeObject;

function update(old: KubeObject | undefined, next: KubeObject, manager: string, second = 0): KubeObject {
  const managedFields = updateManaged({ ...writer(manager, second), shape, old, next });
  const { managedFields: _, ...metadata } = next.metadata;
  return deepFreeze({ ...next, metadata: { ...metadata, ...(managedFields && { managedFields }) } });
}
const apply = (live: KubeObject | undefined, applied: JsonObject, manager: string, force = false, second = 0) =>
  deepFreeze(applyManaged({ ...writer(manager, second), shape, kind: 'Thing', live, applied, force }).object);
const config = (spec: JsonObject): JsonObject => ({ apiVersion: 'x/v1', kind: 'Thing', metadata: { name: 't' }, spec });
const fieldsByManager = (o: KubeObject) =>
  Object.fromEntries((o.metadata.managedFields ?? []).map((e) => [e.manager, e.fieldsV1]));

test('what nobody tracked was written before, through the same part as what is applied now', () => {
  const live = thing({ spec: { replicas: 1, items: [] } });
  const applied = config({ replicas: 1 });
  const options = { ...writer('me'), subresource: 'part', shape, kind: 'Thing', live, applied, force: false };
  const { managedFields = [] } = applyManaged(options).object.metadata;
  assert.deepEqual(
    managedFields.map((e) => [e.manager, e.subresource]),
    [
      ['me', 'part'],
      ['before-first-apply', 'part'],
    ],
  );
});

describe('sets of fields', () => {
  const set = ownFields(shape, config({ items: [{ name: 'a', ports: [{ port: 80 }] }], tags: ['x'], args: ['1'] }))!;
  test('are written as upstream writes them', () => {
    assert.deepEqual(fieldsOf(set)['f:spec'], {
      'f:args': {},
      'f:items': {
        'k:{"name":"a"}': {
          '.': {},
          'f:name': {},
          'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
        },
      },
      'f:tags': { 'v:"x"': {} },
    });
  });
  test('read and write are inverse, and paths print as in messages', () => {
    assert.deepEqual(fieldsOf(parseFieldSet(fieldsOf(set))!), fieldsOf(set));
    assert.ok([...pathsOf(set)].map(pathText).includes('.spec.items[name="a"].ports[port=80,protocol="TCP"].port'));
  });
  test('obey the laws of sets', () => {
    const fields: fc.Arbitrary<JsonObject> = fc.letrec<{ node: JsonObject }>((tie) => ({
      node: fc.dictionary(
        fc.constantFrom('f:a', 'f:b', 'v:1', '.'),
        fc.oneof({ maxDepth: 3 }, fc.constant({}), tie('node')),
        {
          maxKeys: 3,
        },
      ),
    })).node;
    const paths = (x: ReturnType<typeof parseFieldSet>) => (x ? [...pathsOf(x)].map((p) => p.join('/')).sort() : []);
    fc.assert(
      fc.property(fields, fields, (x, y) => {
        const [a, b] = [parseFieldSet(x), parseFieldSet(y)];
        const [inA, inB] = [paths(a), paths(b)];
        assert.deepEqual(paths(union(a, b)), [...new Set([...inA, ...inB])].sort());
        assert.deepEqual(
          paths(intersection(a, b)),
          inA.filter((p) => inB.includes(p)),
        );
        assert.deepEqual(
          paths(difference(a, b)),
          inA.filter((p) => !inB.includes(p)),
        );
      }),
    );
  });
});

describe('updates', () => {
  const created = update(
    undefined,
    thing({ spec: { replicas: 1, items: [{ name: 'a', image: 'i' }] }, status: {} }),
    'maker',
  );
  test('a create owns what it says beyond what every object says', () => {
    assert.deepEqual(fieldsByManager(created)['maker'], {
      'f:spec': { 'f:items': { 'k:{"name":"a"}': { '.': {}, 'f:image': {}, 'f:name': {} } }, 'f:replicas': {} },
    });
  });
  test('a change goes from its owner to the writer, with the time of the write', () => {
    const next = update(
      created,
      thing({ spec: { replicas: 2, items: [{ name: 'a', image: 'i' }] }, status: {} }),
      'scaler',
      5,
    );
    assert.deepEqual(fieldsByManager(next)['scaler'], { 'f:spec': { 'f:replicas': {} } });
    assert.equal(JSON.stringify(fieldsByManager(next)['maker']).includes('replicas'), false);
    assert.deepEqual(
      next.metadata.managedFields!.map((e) => e.time),
      [at(0), at(5)],
    );
  });
  test('a removal is nobody’s, and moves no time', () => {
    const next = update(created, thing({ spec: { items: [{ name: 'a', image: 'i' }] }, status: {} }), 'scaler', 5);
    assert.deepEqual(Object.keys(fieldsByManager(next)), ['maker']);
    assert.equal(next.metadata.managedFields![0]!.time, at(0));
  });
  test('nothing changed: the same entries', () => {
    const next = { ...structuredClone(created), metadata: created.metadata };
    assert.equal(updateManaged({ ...writer('x'), shape, old: created, next }), created.metadata.managedFields);
  });
  test('fields that are sent back are the ones that were given', () => {
    const sent = structuredClone(created.metadata.managedFields!);
    const next = { ...created, metadata: { ...created.metadata, labels: { more: '' }, managedFields: sent } };
    const after = updateManaged({ ...writer('x', 5), shape, old: created, next })!;
    assert.deepEqual(
      after.map((e) => [e.manager, e.time]),
      [
        ['maker', at(0)],
        ['x', at(5)],
      ],
    );
    assert.equal(after[0]!.fieldsV1, created.metadata.managedFields![0]!.fieldsV1);
  });
  test('an empty list or one empty entry resets, broken entries leave what was', () => {
    const sent = (managedFields: unknown) =>
      updateManaged({ ...writer('x'), shape, old: created, next: created, sent: managedFields });
    assert.equal(sent([]), undefined);
    assert.equal(sent([{}]), undefined);
    const kept = sent([{ manager: 'm', operation: 'Dance' }]);
    assert.ok(kept?.some((e) => e.manager === 'maker'));
  });
  test('more than ten updaters: the oldest are gathered', () => {
    let live = update(undefined, thing({ metadata: { name: 't', labels: { l0: '' } } }), 'm0');
    for (let i = 1; i < 13; i++) {
      const labels = { ...live.metadata.labels, [`l${i}`]: '' };
      live = update(live, thing({ metadata: { name: 't', labels } }), `m${i}`, i);
    }
    const managers = live.metadata.managedFields!.map((e) => e.manager);
    assert.equal(managers.length, 10);
    assert.equal(managers[0], 'ancient-changes');
    assert.ok(JSON.stringify(live.metadata.managedFields![0]!.fieldsV1).includes('f:l0'));
  });
});

describe('apply', () => {
  const first = apply(
    undefined,
    config({ replicas: 1, items: [{ name: 'a', image: 'i' }], tags: ['x', 'y'] }),
    'alpha',
  );

  test('conflicts name the manager and the field', () => {
    assert.throws(
      () => apply(first, config({ replicas: 2, items: [] }), 'beta'),
      (err) =>
        err instanceof StatusError &&
        err.message === 'Apply failed with 1 conflict: conflict with "alpha": .spec.replicas' &&
        err.status.details?.causes?.[0]?.field === '.spec.replicas',
    );
  });
  test('force takes over; the same value is shared', () => {
    const forced = apply(first, config({ replicas: 2 }), 'beta', true);
    assert.equal((forced as KubeObject & { spec: JsonObject }).spec['replicas'], 2);
    assert.equal(JSON.stringify(fieldsByManager(forced)['alpha']).includes('replicas'), false);
    const shared = apply(first, config({ replicas: 1 }), 'beta');
    assert.deepEqual(fieldsByManager(shared)['beta'], { 'f:spec': { 'f:replicas': {} } });
    assert.ok(JSON.stringify(fieldsByManager(shared)['alpha']).includes('replicas'));
  });
  test('what is no longer applied goes, unless somebody else has it', () => {
    const both = apply(first, config({ tags: ['y'] }), 'beta');
    const after = apply(both, config({ items: [{ name: 'a' }] }), 'alpha') as KubeObject & { spec: JsonObject };
    assert.deepEqual(after.spec, { items: [{ name: 'a' }], tags: ['y'] });
  });
  test('applied items keep their order, others stay where they are', () => {
    const live = update(undefined, thing({ spec: { items: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] } }), 'maker');
    const after = apply(live, config({ items: [{ name: 'new' }, { name: 'c' }, { name: 'a' }] }), 'alpha');
    const names = (after as unknown as { spec: { items: { name: string }[] } }).spec.items.map((i) => i.name);
    assert.deepEqual(names, ['b', 'new', 'c', 'a']);
  });
  test('a configuration that does not fit is refused whole', () => {
    const refused = (spec: JsonObject, message: string) =>
      assert.throws(() => apply(first, config(spec), 'beta'), {
        message: `failed to create typed patch object (/t; x/v1, Kind=Thing): ${message}`,
      });
    refused({ bogus: 1 }, '.spec.bogus: field not declared in schema');
    refused({ replicas: '3' }, '.spec.replicas: expected numeric (int or float), got string');
    refused({ items: [{ name: 'a' }, { name: 'a' }] }, '.spec.items: duplicate entries for key [name="a"]');
    refused({ items: ['a'] }, '.spec.items: element 0: associative list with keys may not have non-map elements');
    refused({ args: 'x' }, '.spec.args: expected list, got &{x}');
  });

  const label = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.constantFrom('1', '2'));
  const names = fc.uniqueArray(fc.constantFrom('p', 'q', 'r', 's'));
  const configs = fc.record({ labels: label, names, tags: names, image: fc.constantFrom('i', 'j') }).map((c) => ({
    apiVersion: 'x/v1',
    kind: 'Thing',
    metadata: { name: 't', ...(Object.keys(c.labels).length && { labels: c.labels }) },
    spec: { items: c.names.map((name) => ({ name, image: c.image })), tags: c.tags },
  }));

  test('items that share a key are one thing: their owner is told of the key alone, and a new one takes the place of a second', () => {
    const twice = update(
      undefined,
      thing({ spec: { items: [{ name: 'a' }, { name: 'a', image: 'x' }, { name: 'c' }] } }),
      'u',
    );
    const owned = (fieldsByManager(twice)['u'] as JsonObject)['f:spec'] as JsonObject;
    assert.deepEqual((owned['f:items'] as JsonObject)['k:{"name":"a"}'], {});
    const once = update(twice, thing({ spec: { items: [{ name: 'a', image: 'y' }, { name: 'c' }] } }), 'v');
    assert.deepEqual(fieldsByManager(once)['v'], {
      'f:spec': { 'f:items': { 'k:{"name":"a"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
    });
    const applied = apply(twice, config({ items: [{ name: 'a' }, { name: 'b' }] }), 'm', true) as KubeObject & {
      spec: { items: { name: string }[] };
    };
    assert.deepEqual(
      applied.spec.items.map((i) => i.name),
      ['a', 'b', 'c'],
    );
  });

  test('what conflicts is told before what does not fit', () => {
    const live = apply(undefined, config({ replicas: 1, items: [] }), 'one');
    assert.throws(() => apply(live, config({ replicas: 1.5, items: [] }), 'two'), { code: 409 });
    assert.throws(() => apply(live, config({ replicas: 1.5, items: [] }), 'two', true), { code: 500 });
  });

  test('a key may stand for what its list says when it is left out', () => {
    const secret = s.struct('x.Secret', { name: s.zero(1, s.str()) }, { atomic: true });
    const secrets = s.struct('x.Secrets', {
      list: s.zero(1, s.listByKey(secret, ['name'], { keyDefaults: { name: '' } })),
    });
    assert.deepEqual(fieldsOf(ownFields(secrets.shape, { list: [{}, { name: 'a' }] })!), {
      'f:list': { 'k:{"name":""}': {}, 'k:{"name":"a"}': {} },
    });
  });

  test('twice is once', () => {
    fc.assert(
      fc.property(configs, configs, (other, mine) => {
        const once = apply(apply(undefined, other, 'other'), mine, 'me', true);
        const twice = applyManaged({
          ...writer('me', 9),
          shape,
          kind: 'Thing',
          live: once,
          applied: mine,
          force: false,
        });
        assert.equal(twice.changed, false);
        assert.ok(equal(twice.object, once));
      }),
    );
  });
  test('without force, nobody loses a field', () => {
    fc.assert(
      fc.property(configs, configs, configs, (theirs, mine, later) => {
        let live = apply(undefined, theirs, 'them');
        const before = ownFields(shape, live);
        for (const step of [mine, later]) {
          try {
            live = apply(live, step, 'me');
          } catch (err) {
            assert.ok(err instanceof StatusError && err.status.code === 409);
          }
        }
        assert.deepEqual(fieldsByManager(live)['them'], fieldsByManager(apply(undefined, theirs, 'them'))['them']);
        const left = ownFields(shape, live);
        assert.equal(difference(parseFieldSet(fieldsByManager(live)['them'] ?? {}), left), undefined);
        assert.ok(before);
      }),
    );
  });
});

test('a scale’s managers are those of the object’s replicas', () => {
  const mapping = { replicasPath: ['spec', 'replicas'], apiVersion: 'x/v1' };
  const live = update(undefined, thing({ spec: { replicas: 1, items: [] } }), 'maker');
  const entries = live.metadata.managedFields;
  assert.deepEqual(
    scaleManagedFields(entries, mapping)?.map((e) => [e.manager, e.apiVersion]),
    [['maker', 'autoscaling/v1']],
  );
  const taken = parentManagedFields(
    entries,
    [
      {
        manager: 'scaler',
        operation: 'Update',
        apiVersion: 'autoscaling/v1',
        subresource: 'scale',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      },
    ],
    mapping,
  );
  assert.deepEqual(
    taken?.map((e) => [e.manager, e.apiVersion, e.time]),
    [
      ['scaler', 'x/v1', undefined],
      ['maker', 'x/v1', '2030-01-01T00:00:00Z'],
    ],
  );
  // The maker keeps what isn't replicas.
  assert.equal(JSON.stringify(taken?.[1]?.fieldsV1).includes('f:replicas'), false);
});

test('who has written an object and keeps its replicas through the Scale owns them in an entry without a time', () => {
  const mapping = { replicasPath: ['spec', 'replicas'], apiVersion: 'x/v1' };
  const { managedFields } = update(undefined, thing({ spec: { replicas: 1, items: [] } }), 'maker').metadata;
  const after = parentManagedFields(managedFields, scaleManagedFields(managedFields, mapping), mapping);
  assert.deepEqual(
    after?.map((e) => [e.manager, e.time, 'f:replicas' in (e.fieldsV1 as { 'f:spec': object })['f:spec']]),
    [
      ['maker', undefined, true],
      ['maker', '2030-01-01T00:00:00Z', false],
    ],
  );
});

test('managers are named by the client or after its User-Agent', () => {
  assert.equal(managerOf('me', 'kubectl/v1.32'), 'me');
  assert.equal(managerOf('', 'kubectl/v1.32 (linux)'), 'kubectl');
  assert.equal(managerOf(undefined, 'a\tb/1'), 'ab');
  assert.equal(managerOf(undefined, undefined), 'unknown');
  assert.equal(managerOf(undefined, 'x'.repeat(200)).length, 128);
});
