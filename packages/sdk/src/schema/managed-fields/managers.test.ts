import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManagedFieldsEntry } from '../../machinery/index.ts';
import { managedFieldsPieces, readManagers, writeManagers } from './managers.ts';

const owned: ManagedFieldsEntry = {
  manager: 'kubectl "é"',
  operation: 'Update',
  apiVersion: 'v1',
  time: '2026-01-01T00:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } }, 'f:spec': { 'k:{"name":"a\\u003cb"}': {} } },
};
const ofStatus: ManagedFieldsEntry = { ...owned, manager: 'kubelet', subresource: 'status' };
const shared = (entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] => writeManagers(readManagers(entries)!)!;

const cases: Readonly<Record<string, ManagedFieldsEntry[]>> = {
  nobody: [],
  'one that a client sent': [owned],
  'several that clients sent': [owned, ofStatus],
  'one that others share': shared([owned]),
  'several that others share': shared([owned, ofStatus]),
  'sent and shared ones': [...shared([ofStatus]), owned, ...shared([owned])],
  'one who owns nothing': shared([{ ...owned, fieldsV1: {} }]),
};

for (const [name, entries] of Object.entries(cases)) {
  test(`the JSON of managed fields in pieces: ${name}`, () => {
    assert.equal(managedFieldsPieces(entries).join(''), JSON.stringify(entries));
  });
}

test('what objects of one making share is a piece of its own', () => {
  const entries = shared([owned]);
  assert.ok(managedFieldsPieces(entries).includes(JSON.stringify(entries[0]!.fieldsV1)));
});
