import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LoadClient } from '../bench/load.ts';
import { freePort } from '../bench/tiphys-process.ts';

const main = fileURLToPath(new URL('../../../packages/cluster/dist/cli/main.js', import.meta.url));
const skip = process.getuid?.() === 0 && process.platform === 'linux' ? false : 'mounting a small disk takes root';

it(
  'an API server whose disk is full refuses writes, answers reads, and writes again when there is room',
  { skip },
  async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'tiphys-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', dir]);
    writeFileSync(join(dir, 'tokens.csv'), 'tok,admin,1,"system:masters"\n');
    const port = await freePort();
    const flags = { 'data-dir': join(dir, 'data'), 'secure-port': port, 'token-auth-file': join(dir, 'tokens.csv') };
    const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, `${value}`]);
    const server = spawn(process.execPath, [main, 'apiserver', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    const exited = once(server, 'exit') as Promise<[code: number | null, signal: string | null]>;
    void exited.then(([code, signal]) => t.diagnostic(`the server ended: ${code ?? signal}`));
    t.after(async () => {
      server.kill();
      await exited;
      execFileSync('umount', [dir]);
      rmSync(dir, { recursive: true });
    });
    await once(server.stderr, 'data');
    const client = new LoadClient(`https://127.0.0.1:${port}`, { token: 'tok' });
    t.after(() => client.close());
    const path = '/api/v1/namespaces/default/configmaps';
    const create = async (name: string) => {
      const data = { text: 'x'.repeat(200_000) };
      const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
      const stream = client.stream('POST', path, { body });
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      let text = '';
      for await (const chunk of stream) text += String(chunk);
      return { status: headers[':status'], retryAfter: headers['retry-after'], text };
    };

    const { bavail, bsize } = statfsSync(dir);
    try {
      writeFileSync(join(dir, 'filler'), Buffer.alloc(bavail * bsize));
    } catch (err) {
      // The server may have taken some of the room meanwhile: full is full.
      assert.equal((err as NodeJS.ErrnoException).code, 'ENOSPC');
    }
    let created = 0;
    let answer = await create('c0');
    while (answer.status === 201 && created < 100) answer = await create(`c${++created}`);
    assert.equal(answer.status, 503, answer.text);
    assert.ok(Number(answer.retryAfter) > 0);
    const status = JSON.parse(answer.text) as { reason: string; message: string };
    assert.equal(status.reason, 'ServiceUnavailable');
    const names = async () => {
      const { text } = await client.request('GET', path, { keep: true });
      return (JSON.parse(text) as { items: { metadata: { name: string } }[] }).items.map((i) => i.metadata.name);
    };
    const kept = (await names()).filter((n) => n.startsWith('c'));
    assert.equal(kept.length, created);

    rmSync(join(dir, 'filler'));
    assert.equal((await create('after')).status, 201);
    assert.ok((await names()).includes('after'));
  },
);
