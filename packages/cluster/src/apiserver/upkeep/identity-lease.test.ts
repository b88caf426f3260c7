import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isObject } from '@tiphys/sdk/machinery';
import { group } from '@tiphys/sdk/runtime';
import { serverScene } from '../server-scene.ts';
import { identityOf, isExpired, keepIdentity } from './identity-lease.ts';

const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';

test('a server of a host has the same name whenever it starts', () => {
  assert.equal(identityOf('vm'), 'apiserver-wlv32tlttr4jl3gtroqexyxapa');
  assert.match(identityOf('a-much-longer.host.example.com'), /^apiserver-[a-z2-7]{26}$/);
  assert.notEqual(identityOf('vm'), identityOf('vn'));
});

test('when nobody has renewed a lease in its time', () => {
  const now = Date.parse('2026-01-01T01:00:00Z');
  const table: [spec: { renewTime?: string; leaseDurationSeconds?: number }, want: boolean][] = [
    [{}, true],
    [{ renewTime: '2026-01-01T00:59:00.000000Z' }, true],
    [{ renewTime: '2026-01-01T00:00:00.000000Z', leaseDurationSeconds: 3600 }, false],
    [{ renewTime: '2026-01-01T00:00:00.000000Z', leaseDurationSeconds: 3599 }, true],
  ];
  for (const [spec, want] of table) assert.equal(isExpired({ spec }, now), want, JSON.stringify(spec));
});

test('a server tells the others that it is there, and forgets those that are not', async () => {
  const scene = await serverScene();
  const labels = { 'apiserver.kubernetes.io/identity': 'kube-apiserver' };
  const put = (name: string, more: object) =>
    scene.ask('POST', leases, {
      metadata: { name, ...more },
      spec: { leaseDurationSeconds: 60, renewTime: '2000-01-01T00:00:00.000000Z' },
    });
  await put('apiserver-gone', { labels });
  await put('somebody-elses', {});
  const stop = new AbortController();
  const tasks = group(stop.signal);
  await keepIdentity(scene.server, { hostname: 'vm', address: '192.0.2.2:6443' }, tasks);
  const step = 'start-kube-apiserver-identity-lease-controller';
  assert.equal(scene.server.lifecycle.steps.get(step), true, 'a server that is ready has told of itself');
  await scene.clock.advance(1000);

  const name = identityOf('vm');
  const names = ((await scene.ask('GET', leases)).body['items'] as { metadata: { name: string } }[]).map(
    (l) => l.metadata.name,
  );
  assert.deepEqual(names.toSorted(), [name, 'somebody-elses']);
  const read = async () =>
    (await scene.ask('GET', `${leases}/${name}`)).body as Record<string, Record<string, unknown>>;
  const first = await read();
  assert.deepEqual(first['metadata']!['labels'], { ...labels, 'kubernetes.io/hostname': 'vm' });
  assert.deepEqual(first['metadata']!['annotations'], { 'kubernetes.io/peer-advertise-address': '192.0.2.2:6443' });
  assert.match(String(first['spec']!['holderIdentity']), new RegExp(`^${name}_[0-9a-f-]{36}$`));
  assert.equal(first['spec']!['leaseDurationSeconds'], 3600);

  await scene.clock.advance(10_000);
  const second = await read();
  assert.ok(isObject(second['spec']) && String(second['spec']['renewTime']) > String(first['spec']!['renewTime']));
  assert.equal(second['spec']['holderIdentity'], first['spec']!['holderIdentity']);
  stop.abort();
  await tasks.done().catch(() => {});
  scene.stop();
});
