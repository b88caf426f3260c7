import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { test } from 'node:test';
import { endpointSlice, namespace, service } from '@tiphys/sdk/api';
import { SharedCache } from '@tiphys/sdk/cache';
import { nullLogger, Registry, seededRandom, systemClock, TaskGroup } from '@tiphys/sdk/runtime';
import { FakeClient } from '@tiphys/sdk/testing';
import { defaultDnsConfig, runDns } from './run-dns.ts';

test('the server follows the cluster', async () => {
  const random = seededRandom(1);
  const client = new FakeClient({ clock: systemClock, random });
  const deps = { client, clock: systemClock, random, log: nullLogger };
  await client.create(namespace, { metadata: { name: 'default' } });
  const web = { metadata: { namespace: 'default', name: 'web' } };
  await client.create(service, { ...web, spec: { clusterIP: '10.96.0.7' } });

  await using tasks = new TaskGroup();
  const cache = new SharedCache(deps, tasks.signal);
  const config = { ...defaultDnsConfig, upstreams: [], address: '127.0.0.1', port: 0, clusterIP: '10.96.0.10' };
  const metrics = new Registry();
  const port = await new Promise<number>((onListening) => {
    tasks.go((signal) => runDns({ ...deps, cache, metrics, config, onListening }, signal));
  });
  const judge = new Resolver();
  judge.setServers([`127.0.0.1:${port}`]);
  const resolve = (name: string) => judge.resolve4(name).catch((err: NodeJS.ErrnoException) => [err.code]);
  const until = async (name: string, want: string) => {
    const seen = new Set(await resolve(name));
    for (let tries = 0; !seen.has(want) && tries < 200; tries++) for (const a of await resolve(name)) seen.add(a);
    assert.ok(seen.has(want), `${name}: ${[...seen].join()}`);
  };

  // What is there when it begins to listen is known from the first question on.
  assert.deepEqual(await resolve('web.default.svc.cluster.local'), ['10.96.0.7']);
  await client.create(service, { metadata: { namespace: 'default', name: 'db' }, spec: { clusterIP: 'None' } });
  await client.create(endpointSlice, {
    metadata: { namespace: 'default', name: 'db-1', labels: { 'kubernetes.io/service-name': 'db' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.244.0.2'], hostname: 'db-0' }],
  });
  await until('db-0.db.default.svc.cluster.local', '10.244.0.2');
  await client.delete(service, web);
  await until('web.default.svc.cluster.local', 'ENOTFOUND');
  await client.create(namespace, { metadata: { name: 'later' } });
  await until('1-2-3-4.later.pod.cluster.local', '1.2.3.4');
  assert.match(await metrics.metrics(), /coredns_dns_responses_total\{rcode="NXDOMAIN"\} [1-9]/);
});
