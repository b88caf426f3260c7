import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dedupeOwners } from './owner-references.ts';

test('an owner named twice is left out, and the client told', () => {
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u1' };
  const warnings: string[] = [];
  const metadata = { name: 'x', ownerReferences: [owner, { ...owner }, { ...owner, controller: true }] };
  dedupeOwners(metadata, { warn: (text) => warnings.push(text) });
  assert.deepEqual(metadata.ownerReferences, [owner, { ...owner, controller: true }]);
  assert.match(warnings.join(), /duplicate UID\(s\) observed: u1$/);
  dedupeOwners(metadata, { warn: () => assert.fail('nothing is named twice') });
});
