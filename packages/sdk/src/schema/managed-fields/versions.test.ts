import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject, KubeObject } from '../../machinery/index.ts';
import * as s from '../words.ts';
import { applyManaged, updateManaged, type Versions } from './index.ts';

const meta = s.struct('x.Meta', {
  name: s.zero(1, s.str()),
  labels: s.zero(2, s.map(s.str())),
  managedFields: s.zero(3, s.list(s.any())),
});
const first = s.struct('x.v1.Door', {
  metadata: s.held(1, meta),
  spec: s.held(2, s.struct('x.v1.Spec', { isOpen: s.opt(1, s.bool()), colour: s.opt(2, s.str()) })),
}).shape;
const second = s.struct('x.v2.Door', {
  metadata: s.held(1, meta),
  spec: s.held(2, s.struct('x.v2.Spec', { state: s.opt(1, s.str()), colour: s.opt(2, s.str()) })),
}).shape;

const inFirst = ({ state, ...spec }: JsonObject) => ({
  ...spec,
  ...(state !== undefined && { isOpen: state === 'open' }),
});
const inSecond = ({ isOpen, ...spec }: JsonObject) => ({
  ...spec,
  ...(isOpen !== undefined && { state: isOpen ? 'open' : 'shut' }),
});
const versions: Versions = {
  shape: (apiVersion) => ({ 'x/v1': first, 'x/v2': second })[apiVersion],
  convert: (object, _from, to) => {
    const { spec = {} } = object as unknown as { spec?: JsonObject };
    return { ...object, apiVersion: to, spec: to === 'x/v1' ? inFirst(spec) : inSecond(spec) } as KubeObject;
  },
};

const now = '2030-01-01T00:00:00Z';
const door = (apiVersion: string, spec: JsonObject): JsonObject => ({
  apiVersion,
  kind: 'Door',
  metadata: { name: 'd' },
  spec,
});
const writing = (manager: string, apiVersion: string) => ({
  manager,
  apiVersion,
  subresource: '',
  now,
  versions,
  shape: versions.shape(apiVersion)!,
});
const apply = (live: KubeObject | undefined, applied: JsonObject, manager: string, force = false): KubeObject =>
  applyManaged({ ...writing(manager, String(applied['apiVersion'])), kind: 'Door', live, applied, force }).object;
/** The object as it is read in another version: who owns what says itself in which. */
const readIn = (apiVersion: string, object: KubeObject): KubeObject =>
  versions.convert(object, object.apiVersion!, apiVersion);
const owners = ({ metadata }: KubeObject) =>
  (metadata.managedFields ?? []).map((e) => [e.manager, e.apiVersion, e.fieldsV1]);

describe('fields owned in another version', () => {
  const made = readIn('x/v2', apply(undefined, door('x/v1', { isOpen: true, colour: 'red' }), 'alpha'));

  test('are in conflict by the names that they have there', () => {
    assert.throws(() => apply(made, door('x/v2', { state: 'shut' }), 'beta'), {
      message: 'Apply failed with 1 conflict: conflict with "alpha": .spec.isOpen',
    });
    assert.doesNotThrow(() => apply(made, door('x/v2', { state: 'open' }), 'beta'));
  });
  test('are taken by force, and by an update', () => {
    const forced = apply(made, door('x/v2', { state: 'shut' }), 'beta', true);
    assert.deepEqual(owners(forced), [
      ['alpha', 'x/v1', { 'f:spec': { 'f:colour': {} } }],
      ['beta', 'x/v2', { 'f:spec': { 'f:state': {} } }],
    ]);
    const next = { ...structuredClone(made), spec: { state: 'shut', colour: 'red' } } as KubeObject;
    next.metadata.managedFields = updateManaged({ ...writing('beta', 'x/v2'), old: made, next })!;
    assert.deepEqual(owners(next), [
      ['alpha', 'x/v1', { 'f:spec': { 'f:colour': {} } }],
      ['beta', 'x/v2', { 'f:spec': { 'f:state': {} } }],
    ]);
  });
  test('go when their manager no longer applies them, in whatever version', () => {
    const left = apply(made, door('x/v2', { colour: 'red' }), 'alpha');
    assert.deepEqual((left as unknown as JsonObject)['spec'], { colour: 'red' });
    assert.deepEqual(owners(left), [['alpha', 'x/v2', { 'f:spec': { 'f:colour': {} } }]]);
  });
  test('stay when somebody else owns them in yet another', () => {
    const shared = apply(made, door('x/v2', { state: 'open' }), 'beta');
    const left = apply(shared, door('x/v2', { colour: 'red' }), 'alpha');
    assert.deepEqual((left as unknown as JsonObject)['spec'], { colour: 'red', state: 'open' });
  });
});
