import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiService, type APIServiceManifest, service } from '@tiphys/sdk/api';
import { FakeCluster } from '@tiphys/sdk/testing';
import type { Verdict } from '../aggregation/index.ts';
import { apiServiceAvailability, withAvailable } from './api-service-availability.ts';

const passed: Verdict = { status: 'True', reason: 'Passed', message: 'all checks passed' };
const failed: Verdict = { status: 'False', reason: 'FailedDiscoveryCheck', message: 'nobody' };

test('what the condition says keeps the time of its last change', () => {
  const [then, now] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)];
  const first = withAvailable([], failed, then)!;
  assert.deepEqual(first, [{ type: 'Available', ...failed, lastTransitionTime: '2026-01-01T00:00:00Z' }]);
  assert.equal(withAvailable(first, failed, now), undefined);
  const [other] = withAvailable(first, { ...failed, message: 'still nobody' }, now)!;
  assert.deepEqual([other!.message, other!.lastTransitionTime], ['still nobody', '2026-01-01T00:00:00Z']);
  const [changed] = withAvailable(first, passed, now)!;
  assert.deepEqual([changed!.status, changed!.lastTransitionTime], ['True', '2026-01-02T00:00:00Z']);
});

test('it is looked again when something changes, soon after a failure, and every half a minute', async () => {
  await using cluster = new FakeCluster();
  const { client, clock } = cluster;
  let verdict = failed;
  const checked: number[] = [];
  const lost: string[] = [];
  const check = () => {
    checked.push(clock.now());
    return Promise.resolve(verdict);
  };
  const ref = { namespace: 'n', name: 's', port: 443 };
  const spec = { group: 'example.com', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1, service: ref };
  const manifest: APIServiceManifest = { metadata: { name: 'v1.example.com' }, spec };
  await client.create(apiService, manifest);
  await cluster.run(apiServiceAvailability({ check, lost: (name, reason) => lost.push(`${name} ${reason}`) }));
  const told = async () =>
    (await client.get(apiService, { metadata: { name: 'v1.example.com' } })).status.conditions?.[0]?.reason;
  await clock.advance(1000);
  assert.deepEqual([await told(), checked.length], ['ServiceNotFound', 0]);

  const outside = { type: 'ExternalName' as const, externalName: 'example.com' };
  await client.create(service, { metadata: { name: 's', namespace: 'n' }, spec: outside });
  await clock.advance(5000);
  assert.equal(await told(), 'FailedDiscoveryCheck');
  assert.ok(checked.length > 5, 'tried again soon');
  verdict = passed;
  await clock.advance(30_000);
  assert.equal(await told(), 'Passed');
  checked.length = 0;
  await clock.advance(300_000);
  assert.ok(checked.length >= 9 && checked.length <= 11, `${checked.length} checks in five minutes`);

  verdict = failed;
  await clock.advance(31_000);
  assert.deepEqual([await told(), lost], ['FailedDiscoveryCheck', ['v1.example.com FailedDiscoveryCheck']]);
  const { service: _, ...local } = spec;
  const now = await client.get(apiService, { metadata: { name: 'v1.example.com' } });
  await client.update(apiService, { ...now, spec: local } as typeof now);
  await clock.advance(1000);
  assert.equal(await told(), 'Local');
});
