import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { Pki } from 'tiphys/pki';
import { openEtcd } from 'tiphys/store';
import { storeContract, watching } from 'tiphys/store/contract';
import { TiphysProcess } from '../bench/tiphys-process.ts';
import { type Certificates, leaderOf, startEtcd, withoutEtcd } from './etcd-servers.ts';

const deps = { clock: systemClock, random: systemRandom };

describe('with a real etcd', { skip: withoutEtcd }, () => {
  storeContract('etcd', async () => {
    const servers = await startEtcd(1);
    const store = await openEtcd({ endpoints: servers.endpoints }, deps);
    return {
      store,
      sequences: 10,
      pass: (ms) => sleep(ms),
      async [Symbol.asyncDispose]() {
        await store.close();
        await servers[Symbol.asyncDispose]();
      },
    };
  });

  it('of three members, losing its leader loses no acknowledged write', async () => {
    await using servers = await startEtcd(3);
    const store = await openEtcd({ endpoints: servers.endpoints }, deps);
    await using watch = watching(store, '/w/', store.revision + 1);
    const acknowledged = new Map<string, number>();
    const stop = new AbortController();
    let unknown = 0;
    const write = async (writer: number) => {
      for (let i = 0; !stop.signal.aborted; i++) {
        const key = `/w/${writer}/${i}`;
        try {
          const { revision } = await store.txn({
            compare: [{ key, target: 'mod', is: '=', value: 0 }],
            success: [{ op: 'put', key, value: Buffer.from(`${i}`) }],
          });
          acknowledged.set(key, revision);
        } catch {
          // Lost with its answer, so nobody was told that it's there.
          unknown++;
        }
        await sleep(20);
      }
    };
    const writers = Promise.all(Array.from({ length: 4 }, (_, i) => write(i)));
    await until(() => acknowledged.size > 100);
    const leader = await leaderOf(servers.members);
    leader.process.kill('SIGKILL');
    await once(leader.process, 'exit');
    const before = acknowledged.size;
    await until(() => acknowledged.size > before + 100);
    leader.restart();
    await until(() => acknowledged.size > before + 200);
    stop.abort();
    await writers;

    const { items } = await store.list('/w/');
    const present = new Map(items.map((i) => [i.key, i.modRevision]));
    for (const [key, revision] of acknowledged) assert.equal(present.get(key), revision, key);
    assert.ok(present.size - acknowledged.size <= unknown);
    // The watch went over to another member without a gap or a repetition.
    await watch.until(await store.currentRevision());
    const told = watch.batches.flatMap((b) => b.events.map((e) => e.item!.modRevision));
    assert.deepEqual(
      told,
      items.map((i) => i.modRevision).sort((a, b) => a - b),
    );
    await store.close();
  });

  it('is reached over TLS with a certificate, and by nobody else', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tiphys-etcd-tls-'));
    const pki = new Pki(dir, deps, { serverNames: ['127.0.0.1'] });
    const certificates: Certificates = {
      ca: pki.ca.cert,
      ...pki.serverCertificate('etcd', ['127.0.0.1', 'localhost']),
    };
    await using servers = await startEtcd(1, { certificates });
    const pem = ({ cert, key }: { cert: string; key: string }) => ({ cert: Buffer.from(cert), key: Buffer.from(key) });
    const ca = Buffer.from(pki.ca.cert);
    const { endpoints } = servers;
    const store = await openEtcd({ endpoints, ca, ...pem(pki.clientCertificate('kube-apiserver')) }, deps);
    const { revision } = await store.txn({ success: [{ op: 'put', key: '/a', value: Buffer.from('x') }] });
    assert.equal((await store.get('/a')).item?.modRevision, revision);
    await store.close();
    await assert.rejects(openEtcd({ endpoints, ca, patienceMs: 500 }, deps), /no etcd answers at https:/);
    rmSync(dir, { recursive: true });
  });

  it('is shared by API servers, each of which reads what the other has just written', async () => {
    await using servers = await startEtcd(1);
    const flags = ['--etcd-servers', servers.endpoints.join(',')];
    await using one = await TiphysProcess.start('apiserver', ...flags);
    await using two = await TiphysProcess.start('apiserver', ...flags);
    const path = '/api/v1/namespaces/default/configmaps';
    for (let i = 0; i < 20; i++) {
      const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${i}` } });
      const [writer, reader] = i % 2 ? [one, two] : [two, one];
      assert.equal((await writer.client.request('POST', path, { body })).status, 201);
      const { text } = await reader.client.request('GET', path, { keep: true });
      assert.equal((JSON.parse(text) as { items: unknown[] }).items.length, i + 1);
    }
    const store = await openEtcd({ endpoints: servers.endpoints }, deps);
    assert.equal(await store.count('/registry/configmaps/default/c'), 20);
    await store.close();
  });

  it('that restarts is found again, and says so while it is away', async () => {
    await using servers = await startEtcd(1);
    const [member] = servers.members;
    const store = await openEtcd({ endpoints: servers.endpoints, patienceMs: 1000 }, deps);
    const put = (value: string) => store.txn({ success: [{ op: 'put', key: '/a', value: Buffer.from(value) }] });
    await put('1');
    await using watch = watching(store, '/a', store.revision + 1);
    member!.process.kill('SIGKILL');
    await once(member!.process, 'exit');
    await assert.rejects(put('lost'), /Unavailable/);
    await assert.rejects(store.get('/a'), /Unavailable/);
    member!.restart();
    const { revision } = await eventually(() => put('2'));
    await watch.until(revision);
    assert.deepEqual(watch.told(), [`${revision}: put =2 (1)`]);
    await store.close();
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await sleep(50);
    }
  }
}
