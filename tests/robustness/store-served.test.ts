import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { LmdbBackend, MemoryBackend, openEtcd, type ServedEtcd, serveEtcd, type StoreBackend } from 'tiphys/store';
import { storeContract } from 'tiphys/store/contract';
import { etcdctl, startEtcd, withoutEtcd, withoutEtcdctl } from './etcd-servers.ts';

storeContract('memory behind the etcd API, through the etcd engine', async () => {
  const clock = new SimClock();
  const inner = new MemoryBackend(clock);
  const served = await serveEtcd(inner, { address: '127.0.0.1:0', clock });
  const store = await openEtcd({ endpoints: [served.endpoint] }, { clock: systemClock, random: systemRandom });
  return {
    store,
    pass: (ms) => clock.advance(ms),
    sequences: 30,
    async [Symbol.asyncDispose]() {
      await store.close();
      served.close();
      await inner.close();
    },
  };
});

describe('etcdctl on the embedded store', { skip: withoutEtcdctl }, () => {
  let path: string;
  let store: StoreBackend;
  let served: ServedEtcd;
  before(async () => {
    path = mkdtempSync(join(tmpdir(), 'tiphys-served-'));
    store = await LmdbBackend.open(path, { clock: systemClock });
    served = await serveEtcd(store, { address: '127.0.0.1:0', clock: systemClock });
  });
  after(async () => {
    served?.close();
    await store?.close();
    rmSync(path, { recursive: true });
  });

  const run = promisify(execFile);
  // Some of its commands make a URL the name of the host, which no HTTP/2 server but Go's takes.
  const endpoint = () => served.endpoint.replace('http://', '');
  const env = { PATH: process.env['PATH'], ETCDCTL_API: '3' };
  const ctl = async (...args: string[]) => {
    const { stdout } = await run(etcdctl!, ['--endpoints', endpoint(), ...args], { env });
    return stdout;
  };
  const fails = (...args: string[]) =>
    ctl(...args).then(
      () => assert.fail('it succeeded'),
      (error: { stderr: string }) => error.stderr,
    );
  const json = async (...args: string[]) => JSON.parse(await ctl(...args, '-w', 'json')) as Record<string, never>;

  it('puts, gets, deletes', async () => {
    assert.equal(await ctl('put', '/c/a', 'one'), 'OK\n');
    assert.equal(await ctl('put', '/c/b', 'two'), 'OK\n');
    assert.equal(await ctl('put', '/c/b', 'three', '--prev-kv'), 'OK\n/c/b\ntwo\n');
    assert.equal(await ctl('get', '/c/a'), '/c/a\none\n');
    assert.equal(await ctl('get', '--prefix', '/c/'), '/c/a\none\n/c/b\nthree\n');
    assert.equal(await ctl('get', '--prefix', '/c/', '--keys-only', '--limit', '1'), '/c/a\n\n');
    assert.equal(await ctl('get', '/c/a', '/c/b', '--print-value-only'), 'one\n');
    assert.equal(await ctl('get', '--from-key', '/c/b', '--print-value-only'), 'three\n');
    assert.equal(await ctl('get', '--prefix', '/c/', '--order', 'DESCEND', '--print-value-only'), 'three\none\n');
    const first = (await store.get('/c/a')).item!.modRevision;
    assert.equal(await ctl('get', '--prefix', '/c/', `--rev=${first}`), '/c/a\none\n');
    assert.match(await fails('get', '/c/a', '--rev=100000'), /required revision is a future revision/);
    assert.equal(await ctl('put', '/c/a', '--ignore-value'), 'OK\n');
    assert.equal(await ctl('get', '/c/a', '--print-value-only'), 'one\n');
    assert.equal(await ctl('del', '--prefix', '/c/'), '2\n');
    assert.equal(await ctl('get', '--prefix', '/c/'), '');
  });

  it('runs transactions', async () => {
    await ctl('put', '/t/a', 'x');
    const txn = (input: string) =>
      new Promise<string>((resolve, reject) => {
        const child = execFile(etcdctl!, ['--endpoints', endpoint(), 'txn'], { env }, (error, out) =>
          error ? reject(error) : resolve(out),
        );
        child.stdin!.end(input);
      });
    assert.equal(
      await txn('value("/t/a") = "x"\nmod("/t/b") = "0"\n\nput /t/b y\nget /t/a\n\nget /t/b\n\n'),
      'SUCCESS\n\nOK\n\n/t/a\nx\n',
    );
    assert.equal(
      await txn('version("/t/b") > "1"\n\nput /t/b z\n\nget --prefix /t/\n\n'),
      'FAILURE\n\n/t/a\nx\n/t/b\ny\n',
    );
  });

  it('watches', async () => {
    await ctl('put', '/w/a', '1');
    const { modRevision } = (await store.get('/w/a')).item!;
    const child = execFile(
      etcdctl!,
      ['--endpoints', endpoint(), 'watch', '--prefix', '/w/', `--rev=${modRevision}`, '--prev-kv'],
      { env },
    );
    let heard = '';
    child.stdout!.on('data', (text: string) => (heard += text));
    const hears = async (text: string) => {
      while (heard !== text) {
        assert.ok(text.startsWith(heard), heard);
        await new Promise((resolve) => child.stdout!.once('data', resolve));
      }
    };
    await hears('PUT\n/w/a\n1\n');
    await ctl('put', '/w/a', '2');
    await ctl('del', '/w/a');
    await hears('PUT\n/w/a\n1\nPUT\n/w/a\n1\n/w/a\n2\nDELETE\n/w/a\n2\n/w/a\n\n');
    child.kill();
  });

  it('grants, keeps and revokes leases', async () => {
    const id = /lease (\w+) granted with TTL\(100s\)/.exec(await ctl('lease', 'grant', '100'))![1]!;
    await ctl('put', '/l/a', 'x', `--lease=${id}`);
    assert.match(
      await ctl('lease', 'timetolive', id, '--keys'),
      /granted with TTL\(100s\), remaining\(\d+s\), attached keys\(\[\/l\/a\]\)/,
    );
    assert.match(await ctl('lease', 'keep-alive', '--once', id), /keepalived with TTL\(100\)/);
    assert.match(await ctl('lease', 'list'), new RegExp(id));
    assert.match(await ctl('lease', 'revoke', id), /revoked/);
    assert.equal(await ctl('get', '/l/a'), '');
    assert.match(await ctl('lease', 'timetolive', id), /already expired/);
    assert.match(await fails('put', '/l/b', 'x', `--lease=${id}`), /requested lease not found/);
  });

  it('compacts, and looks after its member', async () => {
    const { revision } = store;
    assert.equal(await ctl('compact', String(revision)), `compacted revision ${revision}\n`);
    assert.match(await fails('compact', String(revision)), /required revision has been compacted/);
    assert.match(await fails('get', '/x', `--rev=${revision - 1}`), /required revision has been compacted/);
    assert.match(await ctl('defrag'), /Finished defragmenting/);
    const health = await run(etcdctl!, ['--endpoints', endpoint(), 'endpoint', 'health'], { env });
    assert.match(health.stdout + health.stderr, /is healthy/);
    const [{ Status }] = (await json('endpoint', 'status')) as unknown as [
      { Status: { header: { revision: number }; leader: number } },
    ];
    assert.equal(Status.header.revision, store.revision);
    assert.match(await ctl('member', 'list'), /started, tiphys/);
    assert.match(await ctl('endpoint', 'hashkv'), new RegExp(`${endpoint()}, \\d+`));
    assert.equal(await ctl('alarm', 'list'), '');
  });

  it('saves a snapshot that etcd starts from', { skip: withoutEtcd }, async () => {
    const lease = await store.grantLease(1000);
    const puts = Array.from({ length: 3000 }, (_, i) => {
      const value = Buffer.alloc(i % 500 ? i : 20_000, `${i}`);
      return { op: 'put', key: `/s/${i}`, value, lease: i % 1000 ? 0 : lease.id } as const;
    });
    for (let i = 0; i < puts.length; i += 100) await store.txn({ success: puts.slice(i, i + 100) });
    await store.txn({ success: puts.slice(0, 50) });
    const { revision } = await store.txn({ success: [{ op: 'delete', key: '/s/2999' }] });
    const file = join(path, 'snapshot.db');
    await ctl('snapshot', 'save', file);
    const status = (await json('snapshot', 'status', file)) as unknown as { totalKey: number };
    assert.ok(status.totalKey >= 2999);
    await run(etcdctl!, ['snapshot', 'restore', file, '--data-dir', join(path, 'restored')], { env });

    await using servers = await startEtcd(1, { restored: join(path, 'restored') });
    const restored = await openEtcd({ endpoints: servers.endpoints }, { clock: systemClock, random: systemRandom });
    const plain = async (s: StoreBackend) =>
      (await s.list('/s/')).items.map(({ value, ...i }) => ({ ...i, value: Buffer.from(value).toString() }));
    assert.deepEqual(await plain(restored), await plain(store));
    assert.ok(restored.revision >= revision, `${restored.revision} after ${revision}`);
    assert.deepEqual((await restored.lease(lease.id)).keys, ['/s/0', '/s/1000', '/s/2000']);
    await restored.close();
  });
});
