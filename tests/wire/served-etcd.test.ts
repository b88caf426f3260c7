import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { freePort, TiphysProcess } from '../bench/tiphys-process.ts';
import { etcdctl, withoutEtcdctl } from '../robustness/etcd-servers.ts';

const run = promisify(execFile);
const maps = '/api/v1/namespaces/default/configmaps';
const aMap = (name: string) => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

describe('a running API server is an etcd to etcdctl', { skip: withoutEtcdctl }, () => {
  let dir: string;
  let server: TiphysProcess;
  let endpoint: string;
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'tiphys-served-'));
    endpoint = `127.0.0.1:${await freePort()}`;
    server = await TiphysProcess.start('apiserver', '--data-dir', join(dir, 'data'), '--serve-etcd', endpoint);
  });
  after(async () => {
    await server?.[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  const pki = (name: string) => join(dir, 'data/pki', name);
  const identity = () => [
    '--cacert',
    pki('etcd-ca.crt'),
    '--cert',
    pki('etcd-client.crt'),
    '--key',
    pki('etcd-client.key'),
  ];
  const env = { PATH: process.env['PATH'], ETCDCTL_API: '3' };
  const ctl = async (...args: string[]) =>
    (await run(etcdctl!, ['--endpoints', `https://${endpoint}`, ...identity(), ...args], { env, maxBuffer: 1e8 }))
      .stdout;

  it('whose certificate it has, and nobody else', async () => {
    assert.match(await ctl('get', '/registry/namespaces/default'), /"kind":"Namespace","apiVersion":"v1"/);
    const others = ['--cacert', pki('etcd-ca.crt'), '--cert', pki('apiserver.crt'), '--key', pki('apiserver.key')];
    for (const flags of [[], others]) {
      const args = [
        '--endpoints',
        `https://${endpoint}`,
        ...flags,
        '--dial-timeout=1s',
        '--command-timeout=2s',
        'get',
        'a',
      ];
      await assert.rejects(run(etcdctl!, args, { env }));
    }
  });

  it('what it puts is served, what it deletes is gone, and it hears of what others write', async () => {
    const watch = spawn(
      etcdctl!,
      ['--endpoints', `https://${endpoint}`, ...identity(), 'watch', '--prefix', '/registry/configmaps/default/'],
      { env, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let heard = '';
    watch.stdout.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    const body = JSON.stringify({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'put', namespace: 'default' },
    });
    assert.equal(await ctl('put', '/registry/configmaps/default/put', body), 'OK\n');
    assert.equal((await server.client.request('GET', `${maps}/put`)).status, 200);
    assert.equal((await server.client.request('POST', maps, { body: aMap('posted') })).status, 201);
    assert.match(await ctl('get', '/registry/configmaps/default/posted'), /"name":"posted"/);
    assert.equal(await ctl('del', '/registry/configmaps/default/put'), '1\n');
    assert.equal((await server.client.request('GET', `${maps}/put`)).status, 404);
    while (!/PUT\n\S*posted[^]*DELETE/.test(heard)) await once(watch.stdout, 'data');
    watch.kill();
  });

  it('transactions, leases and maintenance', async () => {
    const txn = spawn(etcdctl!, ['--endpoints', `https://${endpoint}`, ...identity(), 'txn'], { env });
    txn.stdin.end('version("/x") = "0"\n\nput /x 1\n\nget /x\n\n');
    let told = '';
    txn.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
    await once(txn, 'close');
    assert.equal(told, 'SUCCESS\n\nOK\n');
    const lease = /lease (\w+) granted/.exec(await ctl('lease', 'grant', '60'))![1]!;
    await ctl('put', '/leased', 'x', `--lease=${lease}`);
    assert.match(await ctl('lease', 'revoke', lease), /revoked/);
    assert.equal(await ctl('get', '/leased'), '');
    const [status] = JSON.parse(await ctl('endpoint', 'status', '-w', 'json')) as [
      { Status: { header: { revision: number }; dbSize: number } },
    ];
    assert.ok(status.Status.dbSize > 0);
    assert.match(await ctl('compact', String(status.Status.header.revision)), /compacted revision/);
    assert.match(await ctl('defrag'), /Finished defragmenting/);
    const file = join(dir, 'snapshot.db');
    await ctl('snapshot', 'save', file);
    assert.match((await run(etcdctl!, ['snapshot', 'status', file], { env })).stdout, /^[0-9a-f]+, \d+, \d+, /);
    assert.equal((await server.client.request('POST', maps, { body: aMap('after') })).status, 201);
  });
});

it('a second API server shares the store of the first through its socket', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-shared-'));
  const socket = join(dir, 'etcd.sock');
  try {
    await using first = await TiphysProcess.start('apiserver', '--serve-etcd', `unix:${socket}`);
    assert.equal(statSync(socket).mode & 0o777, 0o600);
    await using second = await TiphysProcess.start('apiserver', '--etcd-servers', `unix://${socket}`);
    for (let i = 0; i < 20; i++) {
      const [writer, reader] = i % 2 ? [first, second] : [second, first];
      assert.equal((await writer.client.request('POST', maps, { body: aMap(`c${i}`) })).status, 201);
      assert.equal((await reader.client.request('GET', `${maps}/c${i}`)).status, 200);
    }
    const { text } = await second.client.request('GET', '/readyz/etcd', { keep: true });
    assert.equal(text, 'ok');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
