import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deletionConditions } from './conditions.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const messages = (findings: Parameters<typeof deletionConditions>[1]) =>
  deletionConditions([], findings, now).map((c) => `${c.status} ${c.reason}: ${c.message}`);

test('when all goes well every condition says so', () => {
  assert.deepEqual(messages({ failures: [] }), [
    'False ResourcesDiscovered: All resources successfully discovered',
    'False ParsedGroupVersions: All legacy kube types successfully parsed',
    'False ContentDeleted: All content successfully deleted, may be waiting on finalization',
    'False ContentRemoved: All content successfully removed',
    'False ContentHasNoFinalizers: All content-preserving finalizers finished',
  ]);
});

test('what is left is counted by resource and by finalizer, in order', () => {
  const told = messages({
    failures: ['b failed', 'a failed'],
    remaining: new Map([
      ['secrets.', 1],
      ['deployments.apps', 2],
    ]),
    finalizers: new Map([
      ['z.io/z', 1],
      ['a.io/a', 3],
    ]),
  });
  assert.deepEqual(told.slice(2), [
    'True ContentDeletionFailed: Failed to delete all resource types, 2 remaining: a failed, b failed',
    'True SomeResourcesRemain: Some resources are remaining: deployments.apps has 2 resource instances, secrets. has 1 resource instances',
    'True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: a.io/a in 3 resource instances, z.io/z in 1 resource instances',
  ]);
});

test('of whom nobody knows what they have is told', () => {
  const one = 'b.example.com/v1: stale GroupVersion discovery: b.example.com/v1';
  const other = 'a.example.com/v1: stale GroupVersion discovery: a.example.com/v1';
  const [first] = messages({ failures: [], unknown: ['b.example.com/v1', 'a.example.com/v1'] });
  const all = 'unable to retrieve the complete list of server APIs';
  assert.equal(first, `True DiscoveryFailed: Discovery failed for some groups, 2 failing: ${all}: ${other}, ${one}`);
});

test('a condition that says what it said keeps its time', () => {
  const before = deletionConditions([], { failures: [] }, now);
  assert.deepEqual(deletionConditions(before, { failures: [] }, now + 60_000), before);
});
