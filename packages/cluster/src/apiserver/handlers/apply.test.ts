import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
before(async () => {
  scene = await serverScene();
  await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
});
after(() => scene.stop());

const apply = (path: string, body: string) =>
  scene.ask('PATCH', `/api/v1/namespaces/ns/${path}`, Buffer.from(body), {
    headers: { 'content-type': 'application/apply-patch+yaml' },
  });
const aMap = (more: string, name = 'x') =>
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"}${more}}`;
const twice = ',"data":{"a":"1","a":"2"}';

test('what stands twice is told of when all the rest is well', async () => {
  const doubled =
    'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 1: key "a" already set in map';
  const cases: [string, number, string][] = [
    [aMap(twice), 400, doubled],
    [aMap(twice, 'other'), 400, doubled],
    [
      aMap(`${twice},"odd":1`),
      500,
      'failed to create typed patch object (/x; /v1, Kind=ConfigMap): .odd: field not declared in schema',
    ],
    [aMap(twice).replace('ConfigMap', 'Secret'), 400, 'invalid object type: /v1, Kind=Secret'],
    ['{"a":1,"a":2}', 400, 'invalid object type: /, Kind='],
  ];
  for (const [body, code, want] of cases) {
    const { status, message } = await apply('configmaps/x?fieldManager=m&fieldValidation=Strict', body);
    assert.deepEqual([status, message], [code, want]);
  }
  const { status, headers } = await apply('configmaps/x?fieldManager=m', aMap(twice));
  assert.equal(status, 201);
  assert.match(String(headers['warning']), /key \\"a\\" already set in map/);
  const failed = await apply('configmaps/x?fieldManager=m', aMap(`${twice},"odd":1`));
  assert.equal(failed.headers['warning'], undefined);
});

test('whatever follows the object is let be', async () => {
  for (const rest of [' x', '}}', '{}', '\n---\nb: [']) {
    const { status } = await apply(
      'configmaps/y?fieldManager=m&fieldValidation=Strict&dryRun=All',
      aMap('', 'y') + rest,
    );
    assert.equal(status, 201, rest);
  }
});

test('a service comes to be by its status as well, and gets no address', async () => {
  const service = (name: string, more: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, ...more });
  const ports = [{ port: 80 }];
  const put = await scene.ask('PUT', '/api/v1/namespaces/ns/services/a/status', service('a', { spec: { ports } }));
  assert.deepEqual([put.status, (put.body['spec'] as { clusterIP?: string }).clusterIP], [201, undefined]);
  const applied = await apply('services/b/status?fieldManager=m', JSON.stringify(service('b', { spec: { ports } })));
  assert.equal(applied.status, 201);
  const without = await apply('services/c/status?fieldManager=m', JSON.stringify(service('c', { status: {} })));
  assert.equal(without.message, 'Service "c" is invalid: spec.ports: Required value');
  const pod = await apply('pods/p/status?fieldManager=m', '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}');
  assert.equal(pod.message, 'pods "p" not found');
});
