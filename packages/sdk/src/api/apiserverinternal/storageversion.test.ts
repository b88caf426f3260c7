import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type StorageVersion, storageVersion } from './storageversion.ts';

const aVersion = (status: object): StorageVersion =>
  decode(storageVersion.schema.shape, { metadata: { name: 'apps.deployments' }, status }) as StorageVersion;
const server = { apiServerID: 'a', encodingVersion: 'apps/v1', decodableVersions: ['apps/v1'] };

test('what is refused', () => {
  const at = 'status.storageVersions[0]';
  const table: [status: object, want: string[]][] = [
    [{}, []],
    [{ storageVersions: [server], commonEncodingVersion: 'apps/v1' }, []],
    [
      { storageVersions: [server] },
      ['status.commonEncodingVersion: Invalid value: null: the common encoding version is apps/v1'],
    ],
    [
      { storageVersions: [{ ...server, servedVersions: ['v2'] }], commonEncodingVersion: 'v2' },
      [
        `${at}.servedVersions[0]: Invalid value: "v2": individual served version : v2 must be included in decodableVersions : [apps/v1]`,
        'status.commonEncodingVersion: Invalid value: "v2": the actual common encoding version is apps/v1',
      ],
    ],
    [
      { storageVersions: [server, server], commonEncodingVersion: 'apps/v1' },
      ['status.storageVersions[1].apiServerID: Duplicate value: "a"'],
    ],
  ];
  for (const [status, want] of table) {
    assert.deepEqual([...storageVersion.validate!(aVersion(status))].map(lineOf), want);
  }
});

test('the name says group and resource', () => {
  const problems = (name: string) => storageVersion.validateName!(name, false, aVersion({}));
  assert.deepEqual(problems('apps.deployments'), []);
  assert.deepEqual(problems('deployments'), ['name must be in the form of <group>.<resource>']);
  assert.match(problems('apps.Deployments')[0]!, /^the resource segment a DNS-1035 label/);
});

test('how it prints', () => {
  const cells = storageVersion.columns!.map((c) => c.value(aVersion({ storageVersions: [server] }), { now: 0 }));
  assert.deepEqual(cells.slice(0, 3), ['apps.deployments', '<unset>', 'a=apps/v1']);
});
