import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customResourceDefinition, type CustomResourceDefinition, flowSchema, type FlowSchema } from '@tiphys/sdk/api';
import { isObject } from '@tiphys/sdk/machinery';
import { decode } from '@tiphys/sdk/schema';
import { servedKinds } from '../kinds.ts';
import { serverScene } from '../server-scene.ts';
import { nextStatus } from '../crd/next-status.ts';
import { dangling } from './flow-schema-status.ts';
import { runUpkeep } from './index.ts';
import { localApiServices } from './local-api-services.ts';

test('whether a flow schema leads anywhere is said once', () => {
  const schema = (conditions: object[]) =>
    decode(flowSchema.schema.shape, {
      metadata: { name: 's' },
      spec: { priorityLevelConfiguration: { name: 'l' } },
      status: { conditions },
    }) as FlowSchema;
  const now = Date.UTC(2026, 0, 1);
  const found = dangling(schema([]), { exists: true, now })!;
  assert.deepEqual([found.status, found.reason, found.lastTransitionTime], ['False', 'Found', '2026-01-01T00:00:00Z']);
  assert.equal(dangling(schema([found]), { exists: true, now }), undefined);
  assert.equal(dangling(schema([found]), { exists: false, now })?.reason, 'NotFound');
});

test('every group and version that is served has its APIService, but the one of APIServices', () => {
  const groups = new Set(servedKinds.map(({ group, version }) => `${version}.${group}`));
  groups.delete('v1.apiregistration.k8s.io');
  assert.deepEqual(
    localApiServices(servedKinds)
      .map((api) => api.metadata.name)
      .sort(),
    [...groups].sort(),
  );
});

test('a server begins with local APIServices, flow schemas and priority levels', async () => {
  const scene = await serverScene();
  const names = async (path: string) => {
    const { items } = (await scene.ask('GET', path)).body as { items: { metadata: { name: string } }[] };
    return items.map((o) => o.metadata.name);
  };
  assert.ok((await names('/apis/apiregistration.k8s.io/v1/apiservices')).includes('v1.apps'));
  const flow = '/apis/flowcontrol.apiserver.k8s.io/v1';
  assert.equal((await names(`${flow}/flowschemas`)).length, 11);
  assert.equal((await names(`${flow}/prioritylevelconfigurations`)).length, 8);
  const { body } = await scene.ask('GET', `${flow}/flowschemas/probes`);
  const { metadata } = body;
  assert.ok(isObject(metadata));
  assert.deepEqual(metadata['annotations'], { 'apf.kubernetes.io/autoupdate-spec': 'true' });
  scene.stop();
});

test('definitions get the names that nobody else has, and are established with them', () => {
  const now = Date.UTC(2026, 0, 1);
  const aDefinition = (names: object, status: object = {}): CustomResourceDefinition =>
    decode(customResourceDefinition.schema.shape, {
      metadata: { name: 'x' },
      spec: { group: 'example.com', names: { plural: 'widgets', singular: 'widget', kind: 'Widget', ...names } },
      status,
    }) as CustomResourceDefinition;
  const said = (status: CustomResourceDefinition['status'] | undefined) =>
    status?.conditions?.map((c) => `${c.type} ${c.status} ${c.reason}`);

  const fresh = aDefinition({});
  const first = nextStatus(fresh, { taken: [fresh.status.acceptedNames], now });
  assert.deepEqual(said(first), ['NamesAccepted True NoConflicts', 'Established False Installing']);
  const accepted = { ...fresh, status: first! };
  const second = nextStatus(accepted, { taken: [accepted.status.acceptedNames], now });
  assert.deepEqual(said(second), ['NamesAccepted True NoConflicts', 'Established True InitialNamesAccepted']);
  assert.equal(nextStatus({ ...fresh, status: second! }, { taken: [], now }), undefined);

  const other = aDefinition({ plural: 'gadgets', singular: 'gadget', kind: 'Widget', shortNames: ['g'] });
  const conflict = nextStatus(other, { taken: [accepted.status.acceptedNames, other.status.acceptedNames], now })!;
  assert.deepEqual(said(conflict), ['NamesAccepted False KindConflict', 'Established False NotAccepted']);
  assert.deepEqual(conflict.acceptedNames, { plural: 'gadgets', singular: 'gadget', kind: '', shortNames: ['g'] });
});

test('a definition brings an APIService for each version that it serves, and takes it away', async () => {
  const scene = await serverScene();
  const stop = new AbortController();
  const running = runUpkeep(scene.server, stop.signal);
  const place = '/apis/apiregistration.k8s.io/v1/apiservices';
  const found = async () => {
    await scene.clock.advance(10_000);
    const { items } = (await scene.ask('GET', place)).body as { items: { metadata: { name: string } }[] };
    return items.map((o) => o.metadata.name).filter((name) => name.endsWith('.example.com'));
  };
  const version = (name: string, served: boolean, storage = false) => ({
    name,
    served,
    storage,
    schema: { openAPIV3Schema: { type: 'object' } },
  });
  const definition = {
    metadata: { name: 'crontabs.stable.example.com' },
    spec: {
      group: 'stable.example.com',
      scope: 'Namespaced',
      names: { plural: 'crontabs', kind: 'CronTab' },
      versions: [version('v1', true, true), version('v1beta1', true), version('v1alpha1', false)],
    },
  };
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  assert.equal((await scene.ask('POST', definitions, definition)).status, 201);
  const both = ['v1.stable.example.com', 'v1beta1.stable.example.com'];
  assert.deepEqual(await found(), both);

  const { body } = await scene.ask('GET', `${place}/${both[0]}`);
  const spec = { group: 'stable.example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100 };
  assert.deepEqual(body['spec'], spec);
  assert.ok(isObject(body['metadata']) && isObject(body['status']));
  assert.deepEqual(body['metadata']['labels'], { 'kube-aggregator.kubernetes.io/automanaged': 'true' });
  assert.match(JSON.stringify(body['status']['conditions']), /"type":"Available","status":"True",.*"reason":"Local"/);

  // What somebody changes or removes is put right; what somebody unmarks is theirs.
  const patch = (name: string, change: object) =>
    scene.ask('PATCH', `${place}/${name}`, change, { headers: { 'content-type': 'application/merge-patch+json' } });
  await patch(both[0]!, { spec: { versionPriority: 7 } });
  await scene.ask('DELETE', `${place}/${both[1]}`);
  assert.deepEqual(await found(), both);
  assert.deepEqual((await scene.ask('GET', `${place}/${both[0]}`)).body['spec'], spec);
  await patch(both[0]!, { metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': null } } });

  await scene.ask('DELETE', `${definitions}/crontabs.stable.example.com`);
  assert.deepEqual(await found(), [both[0]]);
  stop.abort();
  await running.catch(() => {});
  scene.stop();
});
