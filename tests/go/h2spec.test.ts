import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { startListener } from '../http2/served.ts';
import { buildProgram, withoutGo } from './go-program.ts';

/** As many as there are, those of its strict mode too. */
const cases = 146;

test('h2spec: every case of HTTP/2 and HPACK, the strict ones too', async (t) => {
  const why = withoutGo('h2spec');
  if (why) return t.skip(why);
  const { port } = await startListener(t);
  const program = spawn(buildProgram('h2spec'), [`127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  const told = (await text(program.stdout)).trim().split('\n');
  assert.deepEqual(
    told.filter((line) => !line.startsWith('ok ')),
    [],
  );
  assert.equal(told.length, cases);
});
