import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishKubernetesService } from './kubernetes-service.ts';
import { serverScene } from './server-scene.ts';

test('servers of one store that start together publish one Service', async () => {
  const first = await serverScene();
  const second = await serverScene({}, undefined, first);
  const options = { clusterIp: '10.0.0.1', address: '127.0.0.1', port: 6443 };
  await Promise.all([first, second].map(({ server }) => publishKubernetesService(server, options)));
  const { body } = await second.ask('GET', '/api/v1/namespaces/default/services/kubernetes');
  assert.equal((body['spec'] as { clusterIP: string }).clusterIP, '10.0.0.1');
  first.stop();
  second.stop();
});
