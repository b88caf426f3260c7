import { test } from 'node:test';
import { startServer } from '../wire/api-server.ts';
import { tellOf, withoutGo } from './go-program.ts';

test('an operator on controller-runtime: defines a kind, leads, caches, indexes, applies, records, cleans up, converts', async (t) => {
  const why = withoutGo('operator');
  if (why) return t.skip(why);
  const server = await startServer();
  try {
    await tellOf(t, 'operator', { kubeconfig: server.kubeconfig('admin'), atLeast: 9 });
  } finally {
    await server.stop();
  }
});
