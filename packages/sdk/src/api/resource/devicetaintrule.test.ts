import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type DeviceTaintRule, deviceTaintRule, deviceTaintRuleV1Beta2 } from './devicetaintrule.ts';

const aRule = (taint: object, deviceSelector: object = {}): DeviceTaintRule =>
  decode(deviceTaintRule.schema.shape, { metadata: { name: 'r' }, spec: { deviceSelector, taint } }) as DeviceTaintRule;

test('what is refused', () => {
  const lines = (rule: DeviceTaintRule) => [...deviceTaintRule.validate!(rule)].map(lineOf);
  assert.deepEqual(lines(aRule({ key: 'a', effect: 'None' }, { driver: 'd', pool: 'p', device: 'x' })), []);
  assert.deepEqual(lines(aRule({ key: 'a' }, { driver: '' })), [
    'spec.deviceSelector.driver: Required value',
    'spec.taint.effect: Required value',
  ]);
});

test('of the two versions only the older is on its way out', () => {
  assert.match(deviceTaintRule.deprecated!, /^resource\.k8s\.io\/v1alpha3 .* v1\.36\+/);
  assert.equal(deviceTaintRuleV1Beta2.deprecated, undefined);
});

test('a condition of which nobody says since when is refused', () => {
  const { status } = deviceTaintRule;
  assert.ok(typeof status === 'object');
  const told = (lastTransitionTime: string | null) => {
    const is = { type: 'A', status: 'True', reason: 'R', message: '', lastTransitionTime };
    const rule = { metadata: { name: 'r' }, spec: {}, status: { conditions: [is] } };
    const next = decode(deviceTaintRule.schema.shape, rule) as DeviceTaintRule;
    return [...status.validate!(next, next, { now: 0 })].map(lineOf);
  };
  assert.deepEqual(told('2026-01-01T00:00:00Z'), []);
  for (const never of [null, '0001-01-01T00:00:00Z', '0001-01-01T02:00:00+02:00'])
    assert.deepEqual(told(never), ['status.conditions[0].lastTransitionTime: Required value']);
});

test('a taint of another effect begins anew', () => {
  const warn = () => {};
  const old = aRule({ key: 'a', effect: 'None' });
  deviceTaintRule.prepareForCreate!(old, { now: Date.UTC(2026, 0, 1), warn });
  assert.equal(old.spec.taint.timeAdded, '2026-01-01T00:00:00Z');
  const timeAfter = (effect: string) => {
    const next = aRule({ ...old.spec.taint, effect });
    deviceTaintRule.prepareForUpdate!(next, old, { now: Date.UTC(2026, 0, 2), warn });
    return next.spec.taint.timeAdded;
  };
  assert.equal(timeAfter('None'), '2026-01-01T00:00:00Z');
  assert.equal(timeAfter('NoExecute'), '2026-01-02T00:00:00Z');
});
