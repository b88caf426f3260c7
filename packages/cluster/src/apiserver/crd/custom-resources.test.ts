import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '@tiphys/sdk/machinery';
import type { Answer, AskOptions } from '../server-scene.ts';
import {
  aDefinition,
  aVersion,
  aWidget,
  customScene,
  type CustomScene,
  definitions,
  widgets,
  widgetsDefinition,
} from './custom-scene.ts';

const inV2 = widgets.replace('v1', 'v2');
const patched: AskOptions = { headers: { 'content-type': 'application/merge-patch+json' } };
const conditionsOf = ({ body }: Answer): Record<string, string> => {
  const { conditions = [] } = (body['status'] ?? {}) as {
    conditions?: { type: string; status: string; reason: string }[];
  };
  return Object.fromEntries(conditions.map((c) => [c.type, `${c.status} ${c.reason}`]));
};
const namesIn = ({ body }: Answer): string[] =>
  (body['items'] as { metadata: { name: string } }[]).map((o) => o.metadata.name);
const changeDefinition = async (scene: CustomScene, change: JsonObject) => {
  const { status, message } = await scene.ask('PATCH', widgetsDefinition, change, patched);
  assert.equal(status, 200, message);
  await scene.settle();
};

test('a kind is served when its definition is established, told of everywhere, and no longer when that is gone', async () => {
  const scene = await customScene();
  const groups = async () => JSON.stringify((await scene.ask('GET', '/apis')).body['groups']);
  assert.equal((await scene.ask('GET', widgets)).text, '404 page not found\n');
  await scene.define();
  const made = await scene.ask('GET', widgetsDefinition);
  assert.deepEqual(conditionsOf(made), {
    NamesAccepted: 'True NoConflicts',
    Established: 'True InitialNamesAccepted',
  });
  assert.deepEqual((made.body['status'] as { storedVersions: string[] }).storedVersions, ['v1']);
  assert.ok((await groups()).includes('"example.com/v1"'));
  const { resources } = (await scene.ask('GET', '/apis/example.com/v1')).body as { resources: JsonObject[] };
  assert.deepEqual(
    resources.map((r) => [r['name'], r['singularName'], r['kind'], r['namespaced']]),
    [['widgets', 'widget', 'Widget', true]],
  );
  const paths = (await scene.ask('GET', '/openapi/v3')).body['paths'] as JsonObject;
  assert.ok(paths['apis/example.com/v1']);
  assert.equal((await scene.ask('POST', widgets, aWidget('w'))).status, 201);
  assert.deepEqual(namesIn(await scene.ask('GET', widgets)), ['w']);
  await scene.ask('DELETE', widgetsDefinition);
  await scene.settle();
  assert.equal((await scene.ask('GET', widgetsDefinition)).status, 404);
  assert.equal((await scene.ask('GET', widgets)).text, '404 page not found\n');
  assert.ok(!(await groups()).includes('example.com/v1'));
  scene.stop();
});

test('of two definitions that ask for a name, the second waits until the first lets go of it', async () => {
  const scene = await customScene();
  await scene.define();
  const path = `${definitions}/gadgets.example.com`;
  const names = { plural: 'gadgets', singular: 'gadget', kind: 'Widget', listKind: 'GadgetList' };
  await scene.define({ metadata: { name: 'gadgets.example.com' }, spec: { names } });
  assert.deepEqual(conditionsOf(await scene.ask('GET', path)), {
    NamesAccepted: 'False KindConflict',
    Established: 'False NotAccepted',
  });
  assert.equal((await scene.ask('GET', '/apis/example.com/v1/gadgets')).status, 404);
  await scene.ask('DELETE', widgetsDefinition);
  await scene.settle();
  assert.deepEqual(conditionsOf(await scene.ask('GET', path)), {
    NamesAccepted: 'True NoConflicts',
    Established: 'True InitialNamesAccepted',
  });
  assert.equal((await scene.ask('GET', '/apis/example.com/v1/gadgets')).status, 200);
  scene.stop();
});

test('a definition waits for its instances, which nobody can add to meanwhile', async () => {
  const scene = await customScene();
  await scene.define();
  await scene.ask('POST', widgets, aWidget('free'));
  await scene.ask('POST', widgets, aWidget('held', { metadata: { finalizers: ['example.com/hold'] } }));
  const { body } = await scene.ask('DELETE', widgetsDefinition);
  assert.deepEqual((body['metadata'] as { finalizers: string[] }).finalizers, [
    'customresourcecleanup.apiextensions.k8s.io',
  ]);
  await scene.settle();
  assert.deepEqual(namesIn(await scene.ask('GET', widgets)), ['held']);
  assert.match(conditionsOf(await scene.ask('GET', widgetsDefinition))['Terminating']!, /^True InstanceDeletion/);
  const { status, message } = await scene.ask('POST', widgets, aWidget('late'));
  assert.equal(status, 403);
  assert.equal(
    message,
    'widgets.example.com "late" is forbidden: create not allowed while custom resource definition is terminating',
  );
  await scene.ask('PATCH', `${widgets}/held`, { metadata: { finalizers: null } }, patched);
  await scene.clock.advance(60_000);
  assert.equal((await scene.ask('GET', widgetsDefinition)).status, 404);
  scene.stop();
});

test('an object is read and written in every version that is served, whichever is stored', async () => {
  const scene = await customScene();
  const withDefault = (size: string) => ({ properties: { size: { type: 'string', default: size } } });
  const versions = (stored: string, ...more: JsonObject[]) => ({
    spec: {
      versions: [
        { ...aVersion('v1', withDefault('one')), storage: stored === 'v1' },
        { ...aVersion('v2', withDefault('two')), storage: stored === 'v2' },
        ...more,
      ],
    },
  });
  await scene.define(versions('v1'));
  await scene.ask('POST', widgets, aWidget('a', { spec: {} }));
  const sizes = async (at: string) =>
    ((await scene.ask('GET', at)).body['items'] as JsonObject[]).map((o) => [
      o['apiVersion'],
      (o['spec'] as JsonObject)['size'],
    ]);
  assert.deepEqual(await sizes(inV2), [['example.com/v2', 'one']]);
  // Written as v2, filled as v2.
  assert.equal(
    (await scene.ask('POST', inV2, { ...aWidget('b', { spec: {} }), apiVersion: 'example.com/v2' })).status,
    201,
  );
  assert.deepEqual(await sizes(widgets), [
    ['example.com/v1', 'one'],
    ['example.com/v1', 'two'],
  ]);
  const wrong = await scene.ask('POST', inV2, aWidget('c'));
  assert.deepEqual(
    [wrong.status, wrong.message],
    [400, 'the API version in the data (example.com/v1) does not match the expected API version (example.com/v2)'],
  );
  await changeDefinition(scene, versions('v2'));
  const { body } = await scene.ask('GET', widgetsDefinition);
  assert.deepEqual((body['status'] as { storedVersions: string[] }).storedVersions, ['v1', 'v2']);
  assert.deepEqual(await sizes(inV2), [
    ['example.com/v2', 'one'],
    ['example.com/v2', 'two'],
  ]);
  // What is served no longer is stored still.
  const [v1, v2] = versions('v2').spec.versions as [JsonObject, JsonObject];
  await changeDefinition(scene, { spec: { versions: [v1, { ...v2, served: false }] } });
  assert.equal((await scene.ask('GET', inV2)).text, '404 page not found\n');
  assert.deepEqual(namesIn(await scene.ask('GET', widgets)), ['a', 'b']);
  scene.stop();
});

test('a new schema holds for what is read, written and watched from then on', async () => {
  const scene = await customScene();
  const any = { 'x-kubernetes-preserve-unknown-fields': true };
  await scene.define({ spec: { versions: [aVersion('v1', any)] } });
  await scene.ask('POST', widgets, aWidget('a', { spec: { size: 'huge', extra: true } }));
  const watch = await scene.ask('GET', `${widgets}?watch=true`);
  assert.equal(watch.status, 200);
  const size = { type: 'string', enum: ['small', 'large'] };
  await changeDefinition(scene, {
    spec: { versions: [aVersion('v1', { properties: { size, colour: { type: 'string', default: 'grey' } } })] },
  });
  const read = await scene.ask('GET', `${widgets}/a`);
  assert.deepEqual(read.body['spec'], { size: 'huge', colour: 'grey' });
  // What was wrong may stay so, and nothing else may become so.
  const kept = await scene.ask('PATCH', `${widgets}/a`, { spec: { colour: 'blue' } }, patched);
  assert.equal(kept.status, 200, kept.message);
  const refused = await scene.ask('PATCH', `${widgets}/a`, { spec: { size: 'tiny' } }, patched);
  assert.equal(
    refused.message,
    'Widget.example.com "a" is invalid: spec.size: Unsupported value: "tiny": supported values: "small", "large"',
  );
  scene.stop();
});

test('status and scale are parts of their own', async () => {
  const scene = await customScene();
  const counts = { type: 'object', properties: { replicas: { type: 'integer' }, selector: { type: 'string' } } };
  const scale = {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.status.selector',
  };
  await scene.define({
    spec: {
      versions: [
        {
          ...aVersion('v1'),
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: counts, status: counts } } },
          subresources: { status: {}, scale },
        },
      ],
    },
  });
  const made = await scene.ask('POST', widgets, aWidget('a', { spec: { replicas: 2 }, status: { replicas: 9 } }));
  assert.equal(made.body['status'], undefined);
  const status = { replicas: 1, selector: 'app=a' };
  const told = await scene.ask('PATCH', `${widgets}/a/status`, { spec: { replicas: 7 }, status }, patched);
  assert.deepEqual([told.body['spec'], told.body['status']], [{ replicas: 2 }, status]);
  const { body } = await scene.ask('GET', `${widgets}/a/scale`);
  assert.deepEqual(
    [body['apiVersion'], body['kind'], body['spec'], body['status']],
    ['autoscaling/v1', 'Scale', { replicas: 2 }, { replicas: 1, selector: 'app=a' }],
  );
  const scaled = await scene.ask('PATCH', `${widgets}/a/scale`, { spec: { replicas: 5 } }, patched);
  assert.equal(scaled.status, 200, scaled.message);
  const after = (await scene.ask('GET', `${widgets}/a`)).body;
  assert.deepEqual([after['spec'], (after['metadata'] as JsonObject)['generation']], [{ replicas: 5 }, 2]);
  scene.stop();
});

test('a status that no schema mentions is patched', async () => {
  const scene = await customScene();
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const version = aVersion('v1', {}, { schema: { openAPIV3Schema }, subresources: { status: {} } });
  await scene.define({ spec: { versions: [version] } });
  await scene.ask('POST', widgets, aWidget('a', { spec: { size: 1 } }));
  const { body } = await scene.ask('PATCH', `${widgets}/a/status`, { spec: null, status: { ok: true } }, patched);
  assert.deepEqual([body['spec'], body['status']], [{ size: 1 }, { ok: true }]);
  scene.stop();
});

test('fields that the schema does not have are refused, warned of or dropped', async () => {
  const scene = await customScene();
  await scene.define();
  const object = aWidget('a', { spec: { colour: 'grey' } });
  const create = (how: string) => scene.ask('POST', `${widgets}?dryRun=All&fieldValidation=${how}`, object);
  const strict = await create('Strict');
  assert.deepEqual(
    [strict.status, strict.message],
    [400, 'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.colour"'],
  );
  const warned = await create('Warn');
  assert.deepEqual([warned.status, warned.headers['warning']], [201, ['299 - "unknown field \\"spec.colour\\""']]);
  const ignored = await create('Ignore');
  assert.deepEqual([ignored.body['spec'], ignored.headers['warning']], [{}, undefined]);
  scene.stop();
});

test('a strategic patch is for kinds that somebody compiled', async () => {
  const scene = await customScene();
  await scene.define();
  await scene.ask('POST', widgets, aWidget('a'));
  const headers = { 'content-type': 'application/strategic-merge-patch+json' };
  const { status, body } = await scene.ask('PATCH', `${widgets}/a`, { spec: {} }, { headers });
  assert.deepEqual([status, body['reason']], [415, 'UnsupportedMediaType']);
  scene.stop();
});

test('items that say what they are by keys are applied by several', async () => {
  const scene = await customScene();
  const parts = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: {
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string' }, count: { type: 'integer' } },
    },
  };
  const tags = { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } };
  await scene.define({ spec: { versions: [aVersion('v1', { properties: { parts, tags } })] } });
  const apply = (manager: string, spec: JsonObject) =>
    scene.ask('PATCH', `${widgets}/a?fieldManager=${manager}`, aWidget('a', { spec }), {
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
  await apply('one', { parts: [{ name: 'x', count: 1 }], tags: ['red'] });
  const both = await apply('two', { parts: [{ name: 'y', count: 2 }], tags: ['blue'] });
  assert.deepEqual(both.body['spec'], {
    parts: [
      { name: 'x', count: 1 },
      { name: 'y', count: 2 },
    ],
    tags: ['red', 'blue'],
  });
  const conflict = await apply('two', { parts: [{ name: 'x', count: 3 }] });
  assert.equal(conflict.message, 'Apply failed with 1 conflict: conflict with "one": .spec.parts[name="x"].count');
  const less = await apply('one', { tags: ['red'] });
  assert.deepEqual(less.body['spec'], { parts: [{ name: 'y', count: 2 }], tags: ['red', 'blue'] });
  const twice = await scene.ask('POST', widgets, aWidget('b', { spec: { tags: ['red', 'red'] } }));
  assert.equal(twice.message, 'Widget.example.com "b" is invalid: spec.tags[1]: Duplicate value: "red"');
  scene.stop();
});

test('servers of one store see what is defined on any of them', async () => {
  const one = await customScene();
  const two = await customScene(one);
  await one.define();
  assert.equal((await two.ask('POST', widgets, aWidget('a'))).status, 201);
  await one.settle();
  assert.deepEqual(namesIn(await one.ask('GET', widgets)), ['a']);
  await two.ask('DELETE', widgetsDefinition);
  await two.settle();
  assert.equal((await one.ask('GET', widgets)).text, '404 page not found\n');
  two.stop();
  one.stop();
});

test('what is defined is there after a restart', async () => {
  const first = await customScene();
  await first.define();
  await first.ask('POST', widgets, aWidget('a'));
  first.stop();
  const second = await customScene(first);
  assert.deepEqual(namesIn(await second.ask('GET', widgets)), ['a']);
  second.stop();
});

test('a definition whose schema says nothing definite, or whose group is ours, is told so', async () => {
  const scene = await customScene();
  await scene.define({
    metadata: {
      name: 'widgets.example.k8s.io',
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
    },
    spec: { group: 'example.k8s.io' },
  });
  const made = await scene.ask('GET', `${definitions}/widgets.example.k8s.io`);
  assert.equal(conditionsOf(made)['KubernetesAPIApprovalPolicyConformant'], 'False UnapprovedAnnotation');
  const unapproved = await scene.ask(
    'POST',
    definitions,
    aDefinition({ metadata: { name: 'widgets.other.k8s.io' }, spec: { group: 'other.k8s.io' } }),
  );
  assert.equal(unapproved.status, 422);
  scene.stop();
});
