import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverScene } from './server-scene.ts';
import { publishServiceCidr } from './service-cidr.ts';

test('the range of services is there as an object, ready, and made once', async () => {
  const scene = await serverScene();
  const path = '/apis/networking.k8s.io/v1/servicecidrs/kubernetes';
  await publishServiceCidr(scene.server, ['10.0.0.0/24']);
  const first = await scene.ask('GET', path);
  assert.deepEqual(first.body['spec'], { cidrs: ['10.0.0.0/24'] });
  const { conditions } = first.body['status'] as { conditions: { type: string; status: string }[] };
  assert.deepEqual(
    conditions.map(({ type, status }) => [type, status]),
    [['Ready', 'True']],
  );
  await publishServiceCidr(scene.server, ['10.0.0.0/24']);
  assert.equal((await scene.ask('GET', path)).text, first.text);
  scene.stop();
});
