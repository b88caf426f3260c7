import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { startServer } from '../wire/api-server.ts';
import { buildProgram, withoutGo } from './go-program.ts';

test('programs on client-go: typed in protobuf, dynamic, informers, leader election', async (t) => {
  const why = withoutGo();
  if (why) return t.skip(why);
  const program = buildProgram('clients');
  const server = await startServer();
  try {
    const talks = spawn(program, [], {
      env: { ...process.env, KUBECONFIG: server.kubeconfig('admin') },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const told = (await text(talks.stdout)).trim().split('\n');
    for (const line of told) await t.test(line.replace(/^(not )?ok |: .*/g, ''), () => assert.match(line, /^ok /));
    assert.ok(told.length >= 16, `only ${told.length} conversations`);
  } finally {
    await server.stop();
  }
});
