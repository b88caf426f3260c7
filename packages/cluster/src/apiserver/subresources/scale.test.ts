import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
before(async () => void (scene = await serverScene()));
after(() => scene.stop());

const deployments = '/apis/apps/v1/namespaces/default/deployments';
const aDeployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'shop' } },
    template: { metadata: { labels: { app: 'shop' } }, spec: { containers: [{ name: 'c', image: 'app:1' }] } },
  },
});
const aScale = (name: string, replicas: number) => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name },
  spec: { replicas },
});
const apply = (path: string, body: object) =>
  scene.ask('PATCH', path, body, { headers: { 'content-type': 'application/apply-patch+yaml' } });

test('applying a Scale takes the replicas from whoever applied them, if forced', async () => {
  await apply(`${deployments}/shop?fieldManager=one`, aDeployment('shop', 1));
  const scale = `${deployments}/shop/scale?fieldManager=two`;
  const refused = await apply(scale, aScale('shop', 4));
  assert.equal(refused.message, 'Apply failed with 1 conflict: conflict with "one": .spec.replicas');
  const forced = await apply(`${scale}&force=true`, aScale('shop', 4));
  assert.deepEqual([forced.status, forced.body['kind'], forced.body['spec']], [200, 'Scale', { replicas: 4 }]);
  const again = await apply(`${deployments}/shop?fieldManager=one`, aDeployment('shop', 9));
  assert.match(again.message, /conflict with "two" with subresource "scale": \.spec\.replicas$/);
});

test('a Scale of another name, or without a manager, is refused', async () => {
  await scene.ask('POST', deployments, aDeployment('own', 1));
  const other = await apply(`${deployments}/own/scale?fieldManager=m&force=true`, aScale('other', 2));
  assert.equal(other.status, 400);
  assert.equal((await apply(`${deployments}/own/scale`, aScale('own', 2))).status, 422);
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
  const patched = await scene.ask('PATCH', `${deployments}/own/scale`, { metadata: { name: 'other' } }, merge);
  assert.equal(patched.message, 'the name of the object (other) does not match the name on the URL (own)');
});

test('a Scale has a table of its own', async () => {
  await scene.ask('POST', deployments, aDeployment('seen', 3));
  const { body } = await scene.ask('GET', `${deployments}/seen/scale`, undefined, {
    headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
  });
  const { columnDefinitions, rows } = body as { columnDefinitions: { name: string }[]; rows: { cells: unknown[] }[] };
  assert.deepEqual(
    columnDefinitions.map(({ name }) => name),
    ['Name', 'Desired', 'Available', 'Age'],
  );
  assert.deepEqual(rows[0]!.cells.slice(0, 3), ['seen', 3, 0]);
});

test('a patch that fails quotes the Scale with its owners; the identity it names is compared', async () => {
  const { body } = await scene.ask('POST', `${deployments}?fieldManager=maker`, aDeployment('quoted', 1));
  const { uid } = body['metadata'] as { uid: string };
  const merge = (patch: unknown) =>
    scene.ask('PATCH', `${deployments}/quoted/scale`, patch, {
      headers: { 'content-type': 'application/merge-patch+json' },
    });
  const { message } = await merge({ spec: { replicas: 'many' } });
  assert.match(message, /\\"managedFields\\":\[\{\\"manager\\":\\"maker\\".*\\"f:replicas\\"/);
  assert.equal(
    (await merge({ metadata: { uid: 'z' }, spec: { replicas: 2 } })).message,
    `Operation cannot be fulfilled on deployments/scale.apps "quoted": Precondition failed: UID in precondition: z, UID in object meta: ${uid}`,
  );
  const replaced = { ...aScale('quoted', 2), metadata: { name: 'quoted', uid: 'z' } };
  assert.match(
    (await scene.ask('PUT', `${deployments}/quoted/scale`, replaced)).message,
    /^Operation cannot be fulfilled on deployments.apps "quoted": StorageError: invalid object/,
  );
});

test('what is applied is read when there is something to apply it to', async () => {
  const nowhere = await apply(`${deployments}/nope/scale?fieldManager=m`, { kind: 'Other' });
  assert.equal(nowhere.message, 'deployments.apps "nope" not found');
});
