import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { openEtcd } from 'tiphys/store';
import { TiphysProcess } from '../bench/tiphys-process.ts';
import { startEtcd, withoutEtcd } from './etcd-servers.ts';

it('resources in an etcd of their own, under a prefix of its own', { skip: withoutEtcd }, async () => {
  await using main = await startEtcd(1);
  await using other = await startEtcd(1);
  const servers = other.endpoints.join(';');
  const flags = {
    'etcd-servers': main.endpoints.join(','),
    'etcd-servers-overrides': `/configmaps#${servers},coordination.k8s.io/leases#${servers}`,
    'etcd-prefix': '/mine',
  };
  const argv = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  await using server = await TiphysProcess.start('apiserver', ...argv);
  const { client } = server;
  const maps = '/api/v1/namespaces/default/configmaps';
  const aMap = (name: string) => ({ body: JSON.stringify({ metadata: { name } }) });
  const revisionOf = (text: string) =>
    Number((JSON.parse(text) as { metadata: { resourceVersion: string } }).metadata.resourceVersion);
  // Ahead of the other, so that a revision of the wrong store shows.
  for (let i = 0; i < 30; i++) {
    const { status } = await client.request('POST', '/api/v1/namespaces/default/secrets', aMap(`s${i}`));
    assert.equal(status, 201);
  }
  const created = await client.request('POST', maps, { ...aMap('a'), keep: true });
  assert.equal(created.status, 201);
  const list = await client.request('GET', maps, { keep: true });
  assert.ok(revisionOf(list.text) < 30, list.text);
  assert.equal(revisionOf(list.text), revisionOf(created.text));
  const since = revisionOf(list.text);
  await client.request('POST', maps, aMap('b'));
  const watch = await client.request('GET', `${maps}?watch=1&timeoutSeconds=1&resourceVersion=${since}`, {
    keep: true,
  });
  assert.match(watch.text, /^\{"type":"ADDED","object":\{.*"name":"b".*\}\n$/);
  const exact = `${maps}?resourceVersion=${since}&resourceVersionMatch=Exact`;
  const old = JSON.parse((await client.request('GET', exact, { keep: true })).text) as { items: unknown[] };
  assert.equal(old.items.length, 1);
  assert.equal((await client.request('DELETE', `${maps}/b`)).status, 200);
  const { text } = await client.request('GET', '/readyz?verbose', { keep: true });
  assert.match(text, /\[\+\]etcd-override-0 ok\n\[\+\]etcd-override-readiness-0 ok\n/);

  const deps = { clock: systemClock, random: systemRandom };
  const [there, here] = await Promise.all([other, main].map((s) => openEtcd({ endpoints: s.endpoints }, deps)));
  assert.equal(await there!.count('/mine/configmaps/default/'), 1);
  assert.equal(await there!.count('/mine/secrets/'), 0);
  assert.equal(await here!.count('/mine/configmaps/'), 0);
  assert.equal(await here!.count('/mine/secrets/default/'), 30);
  assert.equal(await here!.count('/registry/'), 0);
  await Promise.all([there!.close(), here!.close()]);
});
