import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serverScene, type ServerScene } from '../server-scene.ts';

// Upstream compares some objects as they were decoded: to those an empty list that is sent is another than the none that is stored.
const core = '/api/v1/namespaces/ns';
const policies = '/apis/networking.k8s.io/v1/namespaces/ns/networkpolicies';
const deployments = '/apis/apps/v1/namespaces/ns/deployments';
const webhooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

let scene: ServerScene;
before(async () => {
  scene = await serverScene();
  await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  for (const [path, body] of [
    [`${core}/configmaps`, { immutable: true }],
    [`${core}/secrets`, { immutable: true }],
    [policies, { spec: { podSelector: {} } }],
    [deployments, { spec: { selector: { matchLabels: { a: 'b' } }, template } }],
    [webhooks, {}],
  ] as const) {
    const made = await scene.ask('POST', path, { metadata: { name: 'x' }, ...body });
    assert.equal(made.status, 201, made.text);
  }
});
after(() => scene.stop());

const patch = (path: string, body: object) =>
  scene.ask('PATCH', path, Buffer.from(JSON.stringify(body)), {
    headers: { 'content-type': 'application/merge-patch+json' },
  });

for (const [path, body, generations] of [
  [policies, { spec: { egress: [] } }, [2, 3]],
  [webhooks, { webhooks: [] }, [2, 3]],
  [deployments, { spec: { template: { spec: { volumes: [] } } } }, [1, 1]],
] as const) {
  test(`an empty list in ${path} moves its generation to ${generations.join(', ')}`, async () => {
    for (const generation of generations) {
      const { metadata } = (await patch(`${path}/x`, body)).body as { metadata: { generation?: number } };
      assert.equal(metadata.generation, generation);
    }
  });
}

for (const [plural, body, fields] of [
  ['configmaps', { data: {}, binaryData: {} }, ['data', 'binaryData']],
  ['configmaps', { data: null }, []],
  ['secrets', { data: {} }, ['data']],
] as const) {
  test(`${JSON.stringify(body)} of immutable ${plural} changes ${fields.join(', ') || 'nothing'}`, async () => {
    const { body: answer } = await patch(`${core}/${plural}/x`, body);
    const causes = (answer['details'] as { causes?: { field: string }[] } | undefined)?.causes ?? [];
    assert.deepEqual(
      causes.map(({ field }) => field),
      fields,
    );
  });
}
