import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hasSafeProgress } from './progress.ts';

const versions: readonly [version: string, isSafe: boolean][] = [
  ['2.3.8', false],
  ['3.3.27', false],
  ['3.4.0', false],
  ['3.4.23', false],
  ['3.4.30', false],
  ['3.4.31', true],
  ['3.4.40', true],
  ['3.5.0', false],
  ['3.5.12', false],
  ['3.5.13', true],
  ['3.5.13-rc.0', true],
  ['3.5.21', true],
  ['3.6.0', true],
  ['3.10.1', true],
  ['4.0.0', true],
  ['', false],
  ['unknown', false],
  ['3.5', false],
];

for (const [version, isSafe] of versions) {
  it(`progress notices of etcd ${version || 'without a version'} are ${isSafe ? '' : 'not '}relied on`, () =>
    assert.equal(hasSafeProgress(version), isSafe));
}
