import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { startListener } from '../http2/served.ts';
import { buildProgram, withoutGo } from './go-program.ts';

/** Two widths of windows, seven sizes each in four ways, and many at once. */
const asked = 2 * (7 * 4 + 1);

test("Go's client: bodies of all sizes, both ways and many at once, through windows large and small", async (t) => {
  const why = withoutGo('http2');
  if (why) return t.skip(why);
  const { port } = await startListener(t);
  const program = spawn(buildProgram('http2'), [`127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const told = (await text(program.stdout)).trim().split('\n');
  assert.deepEqual(
    told.filter((line) => !line.startsWith('ok ')),
    [],
  );
  assert.equal(told.length, asked);
});
