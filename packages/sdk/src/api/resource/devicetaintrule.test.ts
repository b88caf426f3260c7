import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type DeviceTaintRule, deviceTaintRule } from './devicetaintrule.ts';

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
