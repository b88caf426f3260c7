import { test } from 'node:test';
import { startServer } from '../wire/api-server.ts';
import { tellOf, withoutGo } from './go-program.ts';

test('programs on client-go: typed in protobuf, dynamic, informers, leader election', async (t) => {
  const why = withoutGo();
  if (why) return t.skip(why);
  const server = await startServer();
  try {
    await tellOf(t, 'clients', { kubeconfig: server.kubeconfig('admin'), atLeast: 16 });
  } finally {
    await server.stop();
  }
});
