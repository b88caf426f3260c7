import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { nullLogger, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { Pki } from 'tiphys/pki';
import { Compacted, compactRegularly, openEtcd, type StoreBackend } from 'tiphys/store';
import { storeContract, watching } from 'tiphys/store/contract';
import { TiphysProcess } from '../bench/tiphys-process.ts';
import { type Certificates, etcds, freePorts, leaderOf, startEtcd } from './etcd-servers.ts';

const deps = { clock: systemClock, random: systemRandom };

for (const { version, without, ...etcd } of etcds) {
  describe(`with a real etcd ${version}`, { skip: without }, () => {
    const program = without ? '' : etcd.program();
    for (const members of [1, 3]) {
      storeContract(`etcd ${version} of ${members}`, async () => {
        const servers = await startEtcd(members, { program });
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
    }

    it('of three members, losing its leader loses no acknowledged write', async () => {
      await using servers = await startEtcd(3, { program });
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

    it('tells what was written here in the bytes that were sent', async () => {
      await using servers = await startEtcd(1, { program });
      const store = await openEtcd({ endpoints: servers.endpoints }, deps);
      await using watch = watching(store, '/w/', store.revision + 1);
      const values = Array.from({ length: 20 }, (_, i) => Buffer.from(`value ${i}`));
      await Promise.all(values.map((value, i) => store.txn({ success: [{ op: 'put', key: `/w/${i}`, value }] })));
      await watch.until(store.revision);
      const told = new Map(watch.batches.flatMap((b) => b.events.map((e) => [e.key, e.item!.value])));
      for (const [i, value] of values.entries()) assert.equal(told.get(`/w/${i}`), value);
      await store.close();
    });

    it('is reached over TLS with a certificate, and by nobody else', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'tiphys-etcd-tls-'));
      const pki = new Pki(dir, deps, { serverNames: ['127.0.0.1'] });
      const certificates: Certificates = {
        ca: pki.ca.cert,
        ...pki.serverCertificate('etcd', ['127.0.0.1', 'localhost']),
      };
      await using servers = await startEtcd(1, { program, certificates });
      const pem = ({ cert, key }: { cert: string; key: string }) => ({
        cert: Buffer.from(cert),
        key: Buffer.from(key),
      });
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
      await using servers = await startEtcd(1, { program });
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
      await using servers = await startEtcd(1, { program });
      const [member] = servers.members;
      await (await openEtcd({ endpoints: servers.endpoints }, deps)).close();
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
    it('is found when the first of its endpoints is nobody', async () => {
      await using servers = await startEtcd(1, { program });
      const [nobody] = await freePorts(1);
      const store = await openEtcd({ endpoints: [`http://127.0.0.1:${nobody}`, ...servers.endpoints] }, deps);
      await store.txn({ success: [{ op: 'put', key: '/a', value: Buffer.from('x') }] });
      assert.equal(await store.count('/a'), 1);
      await store.close();
    });

    it('shows a watch everything that was acknowledged before it was asked how far it is, whoever else writes', async () => {
      await using servers = await startEtcd(1, { program });
      const [reader, writer, stranger] = await Promise.all(
        [1, 2, 3].map(() => openEtcd({ endpoints: servers.endpoints }, deps)),
      );
      const put = (store: StoreBackend, key: string) =>
        store.txn({ success: [{ op: 'put', key, value: Buffer.alloc(500, 'x') }] });
      const stop = new AbortController();
      const elsewhere = (async () => {
        for (let i = 0; !stop.signal.aborted; i++) await Promise.all([put(stranger!, `/theirs/${i}`), sleep(1)]);
      })();
      await using watch = watching(reader!, '/ours/', reader!.revision + 1);
      for (let i = 0; i < 150; i++) {
        const acknowledged = await Promise.all([0, 1, 2].map((n) => put(writer!, `/ours/${i}-${n}`)));
        await watch.until(await reader!.currentRevision());
        const told = new Set(watch.batches.filter((b) => b.events.length).map((b) => b.revision));
        for (const { revision } of acknowledged) assert.ok(told.has(revision), `${revision} was not told`);
      }
      stop.abort();
      await elsewhere;
      assert.ok(watch.batches.every((b) => b.events.every((e) => e.key.startsWith('/ours/'))));
      await Promise.all([reader, writer, stranger].map((s) => s!.close()));
    });

    it('is compacted every five minutes, by one of those that share it', async () => {
      await using servers = await startEtcd(1, { program });
      const clock = new SimClock();
      const stores = await Promise.all([1, 2].map(() => openEtcd({ endpoints: servers.endpoints }, deps)));
      const [one] = stores;
      const put = async () =>
        (await one!.txn({ success: [{ op: 'put', key: '/a', value: Buffer.from('x') }] })).revision;
      const stop = new AbortController();
      const all = stores.map((s) => compactRegularly(s, { clock, log: nullLogger }, stop.signal));
      const first = await put();
      // The turns of an interval are taken by real calls, which simulated time doesn't wait for.
      const taken = async (turns: number) => {
        while (((await one!.get('compact_rev_key')).item?.version ?? 0) < turns) await sleep(10);
      };
      await clock.advance(299_000);
      assert.equal((await one!.get('compact_rev_key')).item, undefined, 'not before its time');
      await clock.advance(1000);
      await taken(1);
      await one!.get('/a', { revision: first });
      await put();
      await sleep(50);
      await clock.advance(300_000);
      await taken(2);
      await eventually(() => assert.rejects(one!.get('/a', { revision: first }), Compacted));
      stop.abort();
      await Promise.all(all);
      assert.equal((await one!.get('compact_rev_key')).item!.version, 2, 'one turn an interval');
      await Promise.all(stores.map((s) => s.close()));
    });
  });
}

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
