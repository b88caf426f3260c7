import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '@tiphys/sdk/machinery';
import { aWidget, definitions, widgets, widgetsDefinition } from '../custom-scene.ts';
import {
  conversionScene,
  type ConversionScene,
  convertedDefinition,
  versionsOfWidgets,
  type Widget,
} from './conversion-scene.ts';

let scene: ConversionScene;
before(async () => {
  scene = await conversionScene();
  assert.equal((await scene.ask('POST', definitions, convertedDefinition(scene))).status, 201);
  await scene.settle();
});
after(() => scene.stop());

const at = (version: string, name = ''): string => `${widgets.replace('v1', version)}${name && `/${name}`}`;
const typed = (type: string) => ({ headers: { 'content-type': type } });
const merge = typed('application/merge-patch+json');
const applied = typed('application/apply-patch+yaml');
const inVersion = (version: string, name: string, spec: JsonObject = {}): JsonObject =>
  aWidget(name, { apiVersion: `example.com/${version}`, spec });
const specOf = ({ body }: { body: Record<string, unknown> }) => body['spec'];
const askedFor = () =>
  scene.asked.map(({ request: { desiredAPIVersion, objects } }) => [desiredAPIVersion, objects.length]);
/** Changes the definition, and answers when that is so. */
const redefine = async (spec: JsonObject) => {
  const { status, message } = await scene.ask('PATCH', widgetsDefinition, { spec }, merge);
  assert.equal(status, 200, message);
  await scene.settle();
};

describe('objects in versions that a webhook converts to one another', () => {
  test('what is made in one version is read in each', async () => {
    const made = await scene.ask('POST', at('v2'), inVersion('v2', 'one', { host: 'h', port: '1' }));
    assert.deepEqual([made.status, specOf(made)], [201, { host: 'h', port: '1' }]);
    assert.deepEqual(specOf(await scene.ask('GET', at('v1', 'one'))), { address: 'h:1' });
    assert.deepEqual(specOf(await scene.ask('GET', at('v3', 'one'))), { host: 'h', port: '1' });
  });

  test('the webhook is asked about an object as it is stored, without its revision', async () => {
    scene.asked.length = 0;
    await scene.ask('GET', at('v2', 'one'));
    const [review] = scene.asked;
    assert.equal(scene.asked.length, 1);
    assert.deepEqual([review!.apiVersion, review!.kind], ['apiextensions.k8s.io/v1', 'ConversionReview']);
    const { uid, desiredAPIVersion, objects } = review!.request;
    assert.match(uid, /^[0-9a-f-]{36}$/);
    assert.equal(desiredAPIVersion, 'example.com/v2');
    const [{ apiVersion, kind, metadata, spec }] = objects as [Widget];
    assert.deepEqual([apiVersion, kind, spec], ['example.com/v1', 'Widget', { address: 'h:1' }]);
    assert.equal(metadata.resourceVersion, undefined);
    assert.equal(metadata.managedFields?.[0]?.apiVersion, 'example.com/v2');
  });

  test('the version that is stored is nothing to ask about', async () => {
    scene.asked.length = 0;
    await scene.ask('POST', at('v1'), inVersion('v1', 'own', { address: 'o:1' }));
    await scene.ask('PATCH', at('v1', 'own'), { spec: { color: 'red' } }, merge);
    await scene.ask('GET', at('v1'));
    await scene.ask('GET', at('v1', 'own/scale'));
    assert.deepEqual(scene.asked, []);
  });

  test('a list is converted together, and once', async () => {
    for (let i = 0; i < 5; i++) await scene.ask('POST', at('v1'), inVersion('v1', `of-${i}`, { address: `l:${i}` }));
    scene.asked.length = 0;
    const { body } = await scene.ask('GET', at('v3'));
    const hosts = (body['items'] as Widget[]).filter((o) => o.metadata.name!.startsWith('of-')).map((o) => o.spec);
    assert.deepEqual(
      hosts,
      [0, 1, 2, 3, 4].map((i) => ({ host: 'l', port: String(i) })),
    );
    await scene.ask('GET', at('v3'));
    assert.equal(scene.asked.length, 1);
  });

  test('a page converts no more than it looks at', async () => {
    for (let i = 0; i < 5; i++) await scene.ask('POST', at('v1'), inVersion('v1', `a-${i}`, { address: `p:${i}` }));
    scene.asked.length = 0;
    const { body } = await scene.ask('GET', `${at('v2')}?limit=2`);
    assert.deepEqual(
      (body['items'] as Widget[]).map((o) => o.metadata.name),
      ['a-0', 'a-1'],
    );
    assert.ok((body['metadata'] as { continue?: string }).continue);
    assert.deepEqual(askedFor(), [['example.com/v2', 3]]);
  });

  test('what is selected by a field of a version is selected by what that version says', async () => {
    const names = async (query: string) => {
      const { body } = await scene.ask('GET', `${at('v2')}?${query}`);
      return (body['items'] as Widget[]).map((o) => o.metadata.name);
    };
    assert.deepEqual(await names('fieldSelector=spec.host%3Do'), ['own']);
    assert.equal((await scene.ask('GET', `${at('v1')}?fieldSelector=spec.host%3Do`)).status, 400);
  });

  test('a table shows the columns of its version', async () => {
    const accept = { headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' } };
    const cells = async (version: string) => {
      const { body } = await scene.ask('GET', at(version, 'own'), undefined, accept);
      return (body['rows'] as { cells: unknown[] }[])[0]!.cells;
    };
    assert.deepEqual(
      [await cells('v1'), await cells('v2')],
      [
        ['own', 'o:1'],
        ['own', 'o'],
      ],
    );
  });

  test('every way of changing an object changes it in its own version', async () => {
    await scene.ask('POST', at('v1'), inVersion('v1', 'changed', { address: 'c:1' }));
    const inStore = async () => specOf(await scene.ask('GET', at('v1', 'changed')));
    await scene.ask('PATCH', at('v2', 'changed'), { spec: { port: '2' } }, merge);
    assert.deepEqual(await inStore(), { address: 'c:2' });
    const add = [{ op: 'replace', path: '/spec/port', value: '3' }];
    await scene.ask('PATCH', at('v3', 'changed'), add, typed('application/json-patch+json'));
    assert.deepEqual(await inStore(), { address: 'c:3' });
    const { body } = await scene.ask('GET', at('v2', 'changed'));
    await scene.ask('PUT', at('v2', 'changed'), { ...body, spec: { host: 'd', port: '4' } });
    assert.deepEqual(await inStore(), { address: 'd:4' });
    const mine = inVersion('v3', 'changed', { color: 'red' });
    await scene.ask('PATCH', `${at('v3', 'changed')}?fieldManager=m`, mine, applied);
    assert.deepEqual(await inStore(), { address: 'd:4', color: 'red' });
    await scene.ask('PATCH', at('v2', 'changed/scale'), { spec: { replicas: 2 } }, merge);
    await scene.ask('PATCH', at('v3', 'changed/status'), { status: {} }, merge);
    assert.deepEqual(await inStore(), { address: 'd:4', color: 'red', replicas: 2 });
  });

  test('fields that somebody applied in one version are theirs in the others', async () => {
    const apply = (version: string, manager: string, spec: JsonObject, more = '') =>
      scene.ask(
        'PATCH',
        `${at(version, 'owned')}?fieldManager=${manager}${more}`,
        inVersion(version, 'owned', spec),
        applied,
      );
    await apply('v1', 'first', { address: 'h:1' });
    const other = await apply('v2', 'second', { host: 'x' });
    assert.equal(other.message, 'Apply failed with 1 conflict: conflict with "first": .spec.address');
    // What is applied in another version takes the place of what was applied before.
    const moved = await apply('v2', 'first', { host: 'h', port: '2' });
    assert.deepEqual(specOf(moved), { host: 'h', port: '2' });
    assert.deepEqual(
      (moved.body['metadata'] as Widget['metadata']).managedFields!.map((f) => [f.manager, f.apiVersion, f.fieldsV1]),
      [['first', 'example.com/v2', { 'f:spec': { 'f:host': {}, 'f:port': {} } }]],
    );
    // And what isn't applied any more goes, whatever it was called then.
    const left = await apply('v1', 'first', { color: 'red' });
    assert.deepEqual(specOf(left), { color: 'red' });
  });

  test('what is only tried is converted, too, and a deletion leaves nothing', async () => {
    const tried = await scene.ask('POST', `${at('v2')}?dryRun=All`, inVersion('v2', 'tried', { host: 't' }));
    assert.deepEqual([tried.status, specOf(tried)], [201, { host: 't', port: '' }]);
    assert.equal((await scene.ask('GET', at('v1', 'tried'))).status, 404);
    assert.equal((await scene.ask('DELETE', at('v3', 'changed'))).status, 200);
    assert.equal((await scene.ask('GET', at('v2', 'changed'))).status, 404);
  });

  test('admission sees a write in the version that it asks for', async () => {
    const policies = '/apis/admissionregistration.k8s.io/v1';
    const name = { name: 'addresses' };
    const rule = { apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['*'], resources: ['widgets'] };
    await scene.ask('POST', `${policies}/validatingadmissionpolicies`, {
      metadata: name,
      spec: {
        matchConstraints: { resourceRules: [rule], matchPolicy: 'Equivalent' },
        validations: [{ expression: "object.spec.address != 'forbidden:1'" }],
      },
    });
    const binding = { metadata: name, spec: { policyName: 'addresses', validationActions: ['Deny'] } };
    await scene.ask('POST', `${policies}/validatingadmissionpolicybindings`, binding);
    const make = (host: string) => scene.ask('POST', at('v2'), inVersion('v2', `for-${host}`, { host, port: '1' }));
    assert.equal((await make('allowed')).status, 201);
    assert.equal((await make('forbidden')).status, 422);
    await scene.ask('DELETE', `${policies}/validatingadmissionpolicybindings/addresses`);
  });
});

describe('a watch', () => {
  interface Frame {
    readonly type: string;
    readonly object: Widget;
  }
  const watching = (version: string, query = '') => {
    const transport = scene.server.transport({ name: 'admin', groups: ['system:masters'], extra: {} });
    const over = new AbortController();
    const frames: string[] = [];
    const path = `${at(version)}?watch=true${query}`;
    void transport.send({ method: 'GET', path, signal: over.signal }).then(async (answer) => {
      for await (const { type, object } of answer.frames() as AsyncIterable<Frame>) {
        frames.push(`${type} ${object.metadata.name} ${JSON.stringify(object.spec)}`);
      }
    });
    return { frames, stop: () => over.abort() };
  };
  const has = async (frames: readonly string[], count: number) => {
    for (let i = 0; i < 500 && frames.length < count; i++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(frames.length, count, frames.join('\n'));
  };
  const since = async () => {
    const { body } = await scene.ask('GET', at('v1'));
    return `&resourceVersion=${(body['metadata'] as { resourceVersion: string }).resourceVersion}`;
  };
  const set = (address: string) => scene.ask('PATCH', at('v1', 'seen'), { spec: { address } }, merge);

  test('tells each version its own; what enters and leaves a selection does so by what that version says', async () => {
    const from = await since();
    const [all, some] = [watching('v2', from), watching('v2', `${from}&fieldSelector=spec.host%3Da`)];
    await scene.ask('POST', at('v1'), inVersion('v1', 'seen', { address: 'a:1' }));
    await set('b:1');
    await set('a:2');
    await has(all.frames, 3);
    await has(some.frames, 3);
    const [a1, b1, a2] = ['a:1', 'b:1', 'a:2']
      .map((t) => t.split(':'))
      .map(([host, port]) => JSON.stringify({ host, port }));
    assert.deepEqual(all.frames, [`ADDED seen ${a1}`, `MODIFIED seen ${b1}`, `MODIFIED seen ${a2}`]);
    assert.deepEqual(some.frames, [`ADDED seen ${a1}`, `DELETED seen ${a1}`, `ADDED seen ${a2}`]);
    for (const w of [all, some]) w.stop();
  });

  test('many who watch a version have an event converted once', async () => {
    const from = await since();
    const watches = Array.from({ length: 20 }, () => watching('v2', from));
    scene.asked.length = 0;
    await set('a:3');
    for (const w of watches) await has(w.frames, 1);
    assert.deepEqual(askedFor(), [['example.com/v2', 1]]);
    for (const w of watches) w.stop();
  });

  test('waits while its version can not be told, and goes on from there; that of the stored version does not', async () => {
    const from = await since();
    const [stored, other] = [watching('v1', from), watching('v2', from)];
    await set('a:4');
    await has(other.frames, 1);
    scene.misbehave(() => ({ status: 500, text: '' }));
    await set('a:5');
    await has(stored.frames, 2);
    await has(other.frames, 1);
    scene.misbehave();
    await scene.clock.advance(1500);
    await has(other.frames, 2);
    assert.match(other.frames[1]!, /MODIFIED seen .*"port":"5"/);
    for (const w of [stored, other]) w.stop();
  });
});

test('where nobody converts, a version selects by its own fields all the same', async () => {
  const [first, second] = versionsOfWidgets() as [JsonObject, JsonObject];
  const both = (of: JsonObject) => ({ ...of, schema: { openAPIV3Schema: schemaOf(String(of['name'])) } });
  const names = { plural: 'plains', singular: 'plain', kind: 'Plain', listKind: 'PlainList' };
  const definition = convertedDefinition(scene, {
    group: 'plain.com',
    names,
    versions: [both(first), both(second)],
    conversion: { strategy: 'None', webhook: null },
  });
  const defined = await scene.ask('POST', definitions, { ...definition, metadata: { name: 'plains.plain.com' } });
  assert.equal(defined.status, 201, defined.message);
  await scene.settle();
  const plains = '/apis/plain.com/v2/namespaces/default/plains';
  const make = (name: string, host: string) =>
    scene.ask('POST', plains, { apiVersion: 'plain.com/v2', kind: 'Plain', metadata: { name }, spec: { host } });
  const transport = scene.server.transport({ name: 'admin', groups: ['system:masters'], extra: {} });
  const over = new AbortController();
  const path = `${plains}?watch=true&fieldSelector=spec.host%3Dwanted`;
  await make('before', 'wanted');
  const answer = await transport.send({ method: 'GET', path, signal: over.signal });
  await make('other', 'unwanted');
  await make('after', 'wanted');
  const seen: string[] = [];
  for await (const { object } of answer.frames() as AsyncIterable<{ object: Widget }>) {
    seen.push(object.metadata.name!);
    if (seen.length === 2) break;
  }
  over.abort();
  assert.deepEqual(seen, ['before', 'after']);
});

const aText = { type: 'string' };
const anInteger = { type: 'integer' };
/** A schema with everything, unlike that of the other version. */
const schemaOf = (name: string): JsonObject => ({
  type: 'object',
  properties: {
    [`only-in-${name}`]: aText,
    spec: { type: 'object', properties: { address: aText, host: aText, replicas: anInteger } },
    status: { type: 'object', properties: { replicas: anInteger } },
  },
});

describe('a definition that changes', () => {
  test('what was stored in another version is read as it is, and stored anew when it is written', async () => {
    await scene.ask('POST', at('v1'), inVersion('v1', 'old', { address: 'h:1' }));
    await redefine({ versions: versionsOfWidgets('v2') });
    const { body } = await scene.ask('GET', widgetsDefinition);
    assert.deepEqual((body['status'] as { storedVersions: string[] }).storedVersions, ['v1', 'v2']);
    scene.asked.length = 0;
    assert.deepEqual(specOf(await scene.ask('GET', at('v1', 'old'))), { address: 'h:1' });
    assert.deepEqual(scene.asked, []);
    const read = await scene.ask('GET', at('v2', 'old'));
    assert.deepEqual(specOf(read), { host: 'h', port: '1' });
    const versionOf = (object: JsonObject) => (object['metadata'] as Widget['metadata']).resourceVersion;
    const [first, second] = [
      await scene.ask('PUT', at('v2', 'old'), read.body),
      await scene.ask('GET', at('v2', 'old')),
    ];
    assert.notEqual(versionOf(first.body as JsonObject), versionOf(read.body as JsonObject));
    scene.asked.length = 0;
    const again = await scene.ask('PUT', at('v2', 'old'), second.body);
    assert.equal(versionOf(again.body as JsonObject), versionOf(second.body as JsonObject));
    assert.deepEqual(scene.asked, []);
    await redefine({ versions: versionsOfWidgets('v1') });
  });

  test('is asked where it says now, in the first of its versions that is known', async () => {
    await redefine({ conversion: scene.conversion({ conversionReviewVersions: ['v7', 'v1beta1', 'v1'] }) });
    scene.asked.length = 0;
    assert.deepEqual(specOf(await scene.ask('GET', at('v1', 'old'))), { address: 'h:1' });
    assert.equal(scene.asked[0]!.apiVersion, 'apiextensions.k8s.io/v1beta1');
    await redefine({ conversion: { strategy: 'None', webhook: null } });
    assert.deepEqual(specOf(await scene.ask('GET', at('v1', 'old'))), {});
    await redefine({ conversion: scene.conversion() });
    assert.deepEqual(specOf(await scene.ask('GET', at('v1', 'old'))), { address: 'h:1' });
  });

  test('is not established while nobody can tell its webhook', async () => {
    const path = '/apis/other.com/v1/others';
    const clientConfig = { url: scene.url, caBundle: Buffer.from('nothing').toString('base64') };
    const definition = convertedDefinition(scene, {
      group: 'other.com',
      scope: 'Cluster',
      names: { plural: 'others', singular: 'other', kind: 'Other', listKind: 'OtherList' },
      conversion: scene.conversion({ clientConfig }),
    });
    await scene.ask('POST', definitions, { ...definition, metadata: { name: 'others.other.com' } });
    await scene.settle();
    const established = async () => {
      const { body } = await scene.ask('GET', `${definitions}/others.other.com`);
      const { conditions } = body['status'] as { conditions: { type: string; status: string; reason: string }[] };
      return conditions.filter((c) => c.type === 'Established').map((c) => `${c.status} ${c.reason}`);
    };
    assert.deepEqual(await established(), ['False InvalidCABundle']);
    assert.equal((await scene.ask('GET', path)).message, 'Internal error occurred: error resolving resource');
    const good = { spec: { conversion: { webhook: { clientConfig: { caBundle: scene.caBundle } } } } };
    await scene.ask('PATCH', `${definitions}/others.other.com`, good, merge);
    await scene.settle();
    assert.deepEqual(
      [await established(), (await scene.ask('GET', path)).status],
      [['True InitialNamesAccepted'], 200],
    );
  });
});
