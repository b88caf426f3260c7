import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type ClientHttp2Session } from 'node:http2';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../bench/tiphys-process.ts';

const main = fileURLToPath(new URL('../../../packages/cluster/dist/cli/main.js', import.meta.url));
const maps = '/api/v1/namespaces/default/configmaps';

async function anApiServer(...flags: string[]) {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-shutdown-'));
  writeFileSync(join(dir, 'tokens'), 'tok,admin,1,"system:masters"\n');
  const port = await freePort();
  const own = [
    '--data-dir',
    join(dir, 'data'),
    '--secure-port',
    String(port),
    '--token-auth-file',
    join(dir, 'tokens'),
  ];
  const child = spawn(process.execPath, [main, 'apiserver', ...own, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise<void>((resolve) => {
    let told = '';
    child.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      if (told.includes('ready on port')) resolve();
    });
  });
  return {
    child,
    exited: once(child, 'exit') as Promise<[number | null, string | null]>,
    session: () => connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function begin(session: ClientHttp2Session, method: string, path: string, body = '') {
  const headers = { ':method': method, ':path': path, authorization: 'Bearer tok', 'content-type': 'application/json' };
  const stream = session.request(headers, { endStream: false });

  const head = once(stream, 'response') as Promise<[Record<string, string | number>]>;
  const text = (async () => {
    let all = '';
    for await (const chunk of stream) all += String(chunk);
    return all;
  })();
  return { stream, send: () => stream.end(body), status: head.then(([h]) => h[':status']), text };
}

const ask = async (session: ClientHttp2Session, path: string) => {
  const request = begin(session, 'GET', path);
  request.send();
  return [await request.status, await request.text] as const;
};

test('asked to end, the server is no longer ready, ends watches, answers who waits, and goes', async () => {
  await using server = await anApiServer('--shutdown-delay-duration', '1s');
  const session = server.session();
  session.on('error', () => {});
  const watch = begin(session, 'GET', `${maps}?watch=1`);
  watch.send();
  assert.equal(await watch.status, 200);
  // Its body is still to come when the end begins.
  const slow = begin(session, 'POST', maps, JSON.stringify({ metadata: { name: 'slow' } }));
  assert.equal((await ask(session, '/readyz'))[0], 200);

  server.child.kill('SIGTERM');
  while ((await ask(session, '/readyz'))[0] !== 500);
  assert.deepEqual(await ask(session, '/readyz/shutdown'), [500, 'internal server error: process is shutting down\n']);
  assert.equal((await ask(session, maps))[0], 200);

  // Ended with its stream, not broken: a client goes on from its last revision.
  assert.match(await watch.text, /^(\{.*\}\n)*$/);
  assert.equal(watch.stream.rstCode, 0);
  slow.send();
  assert.equal(await slow.status, 201);
  assert.match(await slow.text, /"name":"slow"/);
  assert.deepEqual(await server.exited, [0, null]);
});

test('asked a second time, it goes at once', async () => {
  await using server = await anApiServer('--shutdown-delay-duration', '1h');
  const session = server.session();
  session.on('error', () => {});
  assert.equal((await ask(session, '/readyz'))[0], 200);
  server.child.kill('SIGTERM');
  while ((await ask(session, '/readyz'))[0] !== 500);
  // Signals that come together count as one.
  await sleep(1500);
  server.child.kill('SIGTERM');
  assert.deepEqual(await server.exited, [143, null]);
  session.destroy();
});
