import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FieldError, lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { type StorageVersionMigration, storageVersionMigration } from './storageversionmigration.ts';

type Json = Record<string, unknown>;
const lastTransitionTime = '2026-01-01T00:00:00Z';
const aMigration = (resource: Json, status: Json = {}): StorageVersionMigration =>
  decode(storageVersionMigration.schema.shape, {
    metadata: { name: 'm' },
    spec: { resource },
    status,
  }) as StorageVersionMigration;
const lines = (errors: Iterable<FieldError> | undefined) => [...(errors ?? [])].map(lineOf);
const is = (type: string, status = 'True') => ({ type, status, lastTransitionTime, reason: 'R', message: '' });

test('what of a migration is refused', () => {
  const refused = (next: StorageVersionMigration, old?: StorageVersionMigration) => [
    ...lines(storageVersionMigration.validate!(next, old)),
    ...(old ? lines(storageVersionMigration.validateChange!(next, old)) : []),
  ];
  assert.deepEqual(refused(aMigration({ resource: 'pods' })), []);
  assert.deepEqual(refused(aMigration({})), ['spec.resource.resource: Required value: resource is required to be set']);
  assert.deepEqual(refused(aMigration({ resource: 'pods' }), aMigration({ resource: 'nodes' })), [
    'spec: Invalid value: {"Resource":{"group":"","resource":"pods"}}: field is immutable',
  ]);
});

test('it ends one way, once', () => {
  const { status } = storageVersionMigration;
  assert.ok(typeof status === 'object');
  const refused = (next: Json, old: Json = {}) =>
    lines(status.validate!(aMigration({ resource: 'pods' }, next), aMigration({ resource: 'pods' }, old), { now: 0 }))
      .length;
  const done = { conditions: [is('Succeeded')], resourceVersion: '7' };
  assert.equal(refused(done), 0);
  assert.equal(refused({ conditions: [is('Succeeded'), is('Failed')] }), 1);
  assert.equal(refused({ ...done, resourceVersion: '8' }, done), 1);
  assert.equal(refused({ ...done, conditions: [is('Succeeded', 'False')] }, done), 1);
});

test('how far it is', () => {
  const text = (...conditions: Json[]) =>
    storageVersionMigration.columns!.map((c) =>
      c.value(aMigration({ group: 'apps', resource: 'deployments' }, { conditions }), { now: 0 }),
    );
  assert.deepEqual(text(), ['m', 'deployments.apps', 'Unknown']);
  assert.deepEqual(text(is('Running'), is('Succeeded')), ['m', 'deployments.apps', 'Succeeded']);
});
