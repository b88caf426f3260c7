import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { minimalObjects } from '../api/minimal-objects.ts';
import { startServer } from '../wire/api-server.ts';
import { tellOf, withoutGo } from './go-program.ts';

test('programs on client-go: typed in protobuf, dynamic, informers, leader election', async (t) => {
  const why = withoutGo('clients');
  if (why) return t.skip(why);
  const server = await startServer();
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-go-'));
  const objects = join(dir, 'objects.json');
  // The namespace of the first conversation, in which there is an account for pods.
  writeFileSync(objects, JSON.stringify(minimalObjects('talk-0').map((m) => m.object)));
  try {
    await tellOf(t, 'clients', { kubeconfig: server.kubeconfig('admin'), atLeast: 20, env: { OBJECTS: objects } });
  } finally {
    await server.stop();
    rmSync(dir, { recursive: true });
  }
});
