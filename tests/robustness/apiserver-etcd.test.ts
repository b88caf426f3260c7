import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { Pki } from 'tiphys/pki';
import { TiphysProcess } from '../bench/tiphys-process.ts';
import { leaderOf, startEtcd, withoutEtcd } from './etcd-servers.ts';

const maps = '/api/v1/namespaces/default/configmaps';
/** Answered from the watch cache, whatever the store is doing. */
const fromCache = `${maps}?resourceVersion=0&limit=1`;

describe('an API server over three etcds', { skip: withoutEtcd }, () => {
  it('loses no acknowledged write with the leader, and reads go on', async () => {
    await using servers = await startEtcd(3);
    await using server = await TiphysProcess.start('apiserver', '--etcd-servers', servers.endpoints.join(','));
    const acknowledged = new Set<string>();
    const stop = new AbortController();
    let unknown = 0;
    // 200 writes a second, whatever becomes of each.
    const writing = (async () => {
      const all: Promise<void>[] = [];
      for (let i = 0; !stop.signal.aborted; i++) {
        const name = `w${i}`;
        const body = JSON.stringify({ metadata: { name } });
        all.push(
          server.client.request('POST', maps, { body }).then(
            ({ status }) => void (status === 201 ? acknowledged.add(name) : unknown++),
            () => void unknown++,
          ),
        );
        await sleep(5);
      }
      await Promise.all(all);
    })();
    const reads: number[] = [];
    const reading = (async () => {
      while (!stop.signal.aborted) {
        reads.push((await server.client.request('GET', fromCache)).status);
        await sleep(20);
      }
    })();
    const soon = async (holds: () => boolean) => {
      while (!holds()) await sleep(20);
    };
    await soon(() => acknowledged.size > 200);
    const leader = await leaderOf(servers.members);
    leader.process.kill('SIGKILL');
    await once(leader.process, 'exit');
    const before = acknowledged.size;
    await soon(() => acknowledged.size > before + 400);
    leader.restart();
    await soon(() => acknowledged.size > before + 600);
    stop.abort();
    await Promise.all([writing, reading]);

    const { text } = await server.client.request('GET', maps, { keep: true });
    const { items } = JSON.parse(text) as { items: { metadata: { name: string } }[] };
    const present = new Set(items.map((i) => i.metadata.name));
    assert.deepEqual(
      [...acknowledged].filter((name) => !present.has(name)),
      [],
    );
    assert.ok(present.size - acknowledged.size <= unknown + 1, `${present.size}, ${acknowledged.size}, ${unknown}`);
    assert.deepEqual([...new Set(reads)], [200]);
  });

  it('says so when most of them are gone, goes on reading, and is well again when they are back', async () => {
    await using servers = await startEtcd(3);
    await using server = await TiphysProcess.start('apiserver', '--etcd-servers', servers.endpoints.join(','));
    const status = async (path: string) => (await server.client.request('GET', path, { keep: true })).status;
    assert.deepEqual([await status('/readyz'), await status('/livez'), await status('/healthz')], [200, 200, 200]);
    const gone = servers.members.slice(0, 2);
    for (const { process } of gone) {
      process.kill('SIGKILL');
      await once(process, 'exit');
    }
    while ((await status('/readyz')) !== 500) await sleep(100);
    const verbose = await server.client.request('GET', '/readyz?verbose', { keep: true });
    assert.match(verbose.text, /\[-\]etcd failed: reason withheld\n/);
    assert.equal(await status('/livez/etcd'), 500);
    assert.equal(await status('/livez/ping'), 200);
    assert.equal(await status(fromCache), 200);
    for (const member of gone) member.restart();
    while ((await status('/readyz')) !== 200) await sleep(100);
    const body = JSON.stringify({ metadata: { name: 'after' } });
    assert.equal((await server.client.request('POST', maps, { body })).status, 201);
  });
});

it('an API server reaches an etcd over TLS with the certificate of its flags', { skip: withoutEtcd }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-etcd-tls-'));
  const world = { clock: systemClock, random: systemRandom };
  const pki = new Pki(dir, world, { serverNames: ['127.0.0.1'] });
  const certificates = { ca: pki.ca.cert, ...pki.serverCertificate('etcd', ['127.0.0.1', 'localhost']) };
  const { cert, key } = pki.clientCertificate('kube-apiserver');
  const files = Object.entries({ cafile: pki.ca.cert, certfile: cert, keyfile: key }).flatMap(([flag, pem]) => {
    writeFileSync(join(dir, flag), pem, { mode: 0o600 });
    return [`--etcd-${flag}`, join(dir, flag)];
  });
  {
    await using servers = await startEtcd(1, { certificates });
    const to = ['--etcd-servers', servers.endpoints.join(',')];
    await using server = await TiphysProcess.start('apiserver', ...to, ...files);
    const body = JSON.stringify({ metadata: { name: 'a' } });
    assert.equal((await server.client.request('POST', maps, { body })).status, 201);
    assert.equal((await server.client.request('GET', `${maps}/a`)).status, 200);
    assert.equal((await server.client.request('GET', '/readyz/etcd')).status, 200);
  }
  rmSync(dir, { recursive: true });
});
