import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startListener } from './served.ts';

const run = promisify(execFile);

function withoutCurl(): string | false {
  try {
    return / HTTP2( |$)/m.test(execFileSync('curl', ['--version'], { encoding: 'utf8' }))
      ? false
      : 'curl has no HTTP/2';
  } catch {
    return 'there is no curl: apt-get install curl';
  }
}

/** A sender that is told to stop before it has read the answer forgets it. */
test('who is refused early, with much to send, hears why', { skip: withoutCurl() }, async (t) => {
  const { port } = await startListener(t);
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-curl-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const much = join(dir, 'much');
  writeFileSync(much, Buffer.alloc(8 * 1024 * 1024));
  const url = `https://127.0.0.1:${port}/echo`;
  for (let i = 0; i < 5; i++) {
    const told = ['--write-out', '\n%{http_code} %{http_version}'];
    const { stdout } = await run('curl', ['-sk', '--http2', ...told, '--data-binary', `@${much}`, url]);
    assert.match(stdout, /Request entity too large[^]*\n413 2$/);
  }
});
