import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servedKinds } from '../kinds.ts';
import { groupsOf, type VersionElsewhere } from './groups.ts';

const elsewhere = (group: string, version: string, ofGroup: number, ofVersion: number): VersionElsewhere => ({
  group,
  priority: { group: ofGroup, version: ofVersion },
  told: { version, freshness: 'Stale' },
});
const names = (others: readonly VersionElsewhere[]) => groupsOf(servedKinds, others).map((g) => g.name);

test('groups of others stand where their priorities say, the highest of a group counting', () => {
  const all = names([
    elsewhere('late.example.com', 'v1', 100, 1),
    elsewhere('z.example.com', 'v1', 1000, 1),
    elsewhere('a.example.com', 'v1', 1000, 1),
    elsewhere('early.example.com', 'v1', 10, 1),
    elsewhere('early.example.com', 'v2', 18_000, 1),
  ]);
  assert.deepEqual(all.slice(0, 4), ['apiregistration.k8s.io', '', 'early.example.com', 'apps']);
  assert.deepEqual(all.slice(-3), ['a.example.com', 'z.example.com', 'late.example.com']);
});

test('versions come by priority; of the same priority stable before beta before alpha, later before earlier', () => {
  const versions = [
    ['v1alpha1', 15],
    ['v2', 15],
    ['v1beta2', 15],
    ['v10', 15],
    ['v1beta1', 15],
    ['v1alpha2', 100],
    ['other', 15],
  ] as const;
  const groups = groupsOf(
    [],
    versions.map(([version, priority]) => elsewhere('x.example.com', version, 1000, priority)),
  );
  assert.deepEqual(
    groups[0]!.versions.map((v) => v.version),
    ['v1alpha2', 'v10', 'v2', 'v1beta2', 'v1beta1', 'v1alpha1', 'other'],
  );
});
