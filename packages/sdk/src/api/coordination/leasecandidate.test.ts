import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type LeaseCandidate, leaseCandidate } from './leasecandidate.ts';
import { compareVersions, parseVersion } from './semantic-version.ts';

test('versions in their order', () => {
  const order = ['0.9.0', '1.0.0-1', '1.0.0-2', '1.0.0-a', '1.0.0-a.1', '1.0.0', '1.0.1', '1.10.0'];
  for (const [i, a] of order.entries()) {
    for (const [j, b] of order.entries()) {
      assert.equal(Math.sign(compareVersions(parseVersion(a)!, parseVersion(b)!)), Math.sign(i - j), `${a} ${b}`);
    }
  }
  for (const bad of ['1.0', 'v1.0.0', '01.0.0', '1.0.0-01', '']) assert.equal(parseVersion(bad), undefined, bad);
});

test('what is refused', () => {
  const good = {
    leaseName: 'l',
    binaryVersion: '1.36.0',
    emulationVersion: '1.36.0',
    strategy: 'OldestEmulationVersion',
  };
  const table: [change: object, want: string[]][] = [
    [{}, []],
    [{ strategy: 'example.org/mine' }, []],
    [
      { strategy: 'Mine' },
      ['spec.strategy.strategy: Unsupported value: "Mine": supported values: "OldestEmulationVersion"'],
    ],
    [
      { emulationVersion: '1.37.0' },
      ['spec.binaryVersion: Invalid value: "1.36.0": must be greater than or equal to `emulationVersion`'],
    ],
    [
      { emulationVersion: '' },
      ["spec.emulationVersion: Required value: must be specified when `strategy` is 'OldestEmulationVersion'"],
    ],
    [{ leaseName: '' }, ['spec.leaseName: Required value']],
  ];
  for (const [change, want] of table) {
    const object = decode(leaseCandidate.schema.shape, { metadata: {}, spec: { ...good, ...change } });
    assert.deepEqual([...leaseCandidate.validate!(object as LeaseCandidate)].map(lineOf), want);
  }
});
