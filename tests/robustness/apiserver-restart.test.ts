import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LoadClient } from '../bench/load.ts';
import { freePort } from '../bench/tiphys-process.ts';

const main = fileURLToPath(new URL('../../../packages/cluster/dist/cli/main.js', import.meta.url));

describe('an API server on the embedded store', () => {
  let dir: string;
  let args: string[];
  let url: string;
  let running: ChildProcess;
  let client: LoadClient;

  const start = async () => {
    running = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const [said] = (await once(running.stderr!, 'data')) as [Buffer];
    assert.match(String(said), /ready on port/);
    client = new LoadClient(url, { token: 'tok', connections: 4 });
  };
  const end = async (signal: NodeJS.Signals) => {
    client.close();
    running.kill(signal);
    await once(running, 'exit');
  };

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'tiphys-restart-'));
    writeFileSync(join(dir, 'tokens.csv'), 'tok,admin,1,"system:masters"\n');
    const port = await freePort();
    url = `https://127.0.0.1:${port}`;
    const flags = { 'data-dir': join(dir, 'data'), 'secure-port': port, 'token-auth-file': join(dir, 'tokens.csv') };
    args = [main, 'apiserver', ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, `${value}`])];
    await start();
  });
  after(async () => {
    if (running.exitCode === null && running.signalCode === null) await end('SIGTERM');
    rmSync(dir, { recursive: true });
  });

  const path = '/api/v1/namespaces/default/configmaps';
  type Metadata = { name: string; uid: string; resourceVersion: string };
  const stored = async () => {
    const { text } = await client.request('GET', path, { keep: true });
    const { items } = JSON.parse(text) as { items: { metadata: Metadata }[] };
    return new Map(items.map(({ metadata }) => [metadata.name, `${metadata.uid} ${metadata.resourceVersion}`]));
  };

  it('that is killed while it writes has what it acknowledged when it starts again', async () => {
    const acknowledged = new Map<string, string>();
    const create = async (name: string) => {
      const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { name } });
      const { status, text } = await client.request('POST', path, { body, keep: true });
      assert.equal(status, 201, text);
      const { metadata } = JSON.parse(text) as { metadata: Metadata };
      acknowledged.set(name, `${metadata.uid} ${metadata.resourceVersion}`);
      if (acknowledged.size === 150) running.kill('SIGKILL');
    };
    // Those that were under way when it was killed fail.
    await Promise.allSettled(Array.from({ length: 300 }, (_, i) => create(`c${i}`)));
    assert.ok(acknowledged.size >= 150);
    client.close();
    await start();
    const found = await stored();
    for (const [name, identity] of acknowledged) assert.equal(found.get(name), identity, name);
  });

  it('finds everything as it was when it was stopped', async () => {
    const was = await stored();
    await end('SIGTERM');
    assert.equal(running.exitCode, 0);
    await start();
    assert.deepEqual(await stored(), was);
  });

  it('keeps a second one off its data, and says who has it', async () => {
    const second = spawnSync(process.execPath, [...args, '--secure-port', String(await freePort())], {
      encoding: 'utf8',
    });
    assert.notEqual(second.status, 0);
    assert.match(
      second.stderr,
      new RegExp(`store is in use by process ${running.pid} .*kill ${running.pid}.*--data-dir`),
    );
    assert.doesNotMatch(second.stderr, /\n\s+at /, 'a message, not a stack');
  });

  it('does not touch data that a newer version wrote', async () => {
    await end('SIGTERM');
    const version = join(dir, 'data', 'store', 'version');
    writeFileSync(version, '999\n');
    const refused = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.notEqual(refused.status, 0);
    assert.match(refused.stderr, /written by a newer Tiphys \(store version 999/);
    writeFileSync(version, '1\n');
    await start();
    assert.ok((await stored()).size >= 150);
  });
});
