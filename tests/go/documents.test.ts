import { test } from 'node:test';
import { servedKinds } from 'tiphys/apiserver';
import { startServer } from '../wire/api-server.ts';
import { tellOf, withoutGo } from './go-program.ts';

test('documents in protobuf are what Go makes of their JSON, byte by byte', async (t) => {
  const why = withoutGo('documents');
  if (why) return t.skip(why);
  const server = await startServer();
  try {
    const groupVersions = new Set(servedKinds.map((k) => k.apiVersion));
    await tellOf(t, 'documents', { kubeconfig: server.kubeconfig('admin'), atLeast: groupVersions.size + 3 });
  } finally {
    await server.stop();
  }
});
