import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '@tiphys/sdk/machinery';
import { aWidget, definitions, widgets, widgetsDefinition } from '../custom-scene.ts';
import {
  conversionScene,
  type ConversionScene,
  convertedDefinition,
  type Reply,
  type Review,
  wellBehaved,
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
const without = (object: object, name: string) =>
  Object.fromEntries(Object.entries(object).filter(([n]) => n !== name));
/** Changes who converts, and answers when that is so. */
const redefine = async (conversion: JsonObject) => {
  const { status, message } = await scene.ask('PATCH', widgetsDefinition, { spec: { conversion } }, merge);
  assert.equal(status, 200, message);
  await scene.settle();
};

describe('a webhook that misbehaves', () => {
  before(async () => {
    for (const name of ['m', 'own']) {
      await scene.ask('POST', at('v1'), inVersion('v1', name, { address: 'h:1' }));
    }
  });
  after(() => scene.misbehave());

  const response =
    (change: (response: ReturnType<typeof wellBehaved>['response']) => object | undefined) => (r: Review) => ({
      ...wellBehaved(r),
      response: change(wellBehaved(r).response),
    });
  const object = (change: (o: Widget) => unknown) =>
    response((r) => ({ ...r, convertedObjects: r.convertedObjects.map(change) }));
  const metadata = (change: object) => object((o) => ({ ...o, metadata: { ...o.metadata, ...change } }));
  const text =
    (status: number, said: string, type = 'application/json') =>
    () => ({ status, text: said, type });

  const of = 'conversion webhook for example.com/v1, Kind=Widget';
  const header =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  const review = 'expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview';
  const label = /returned invalid metadata: metadata\.labels: Invalid value: "a b": name part must consist of/;
  const cases: readonly (readonly [name: string, reply: (r: Review) => Reply, want: string | RegExp])[] = [
    [
      '500',
      text(500, 'x'),
      `${of} failed: an error on the server ("unknown") has prevented the request from succeeding`,
    ],
    [
      '500 in words',
      text(500, 'x', 'text/plain'),
      `${of} failed: an error on the server ("x") has prevented the request from succeeding`,
    ],
    ['404', text(404, ''), `${of} failed: the server could not find the requested resource`],
    [
      'nothing',
      text(200, ''),
      `${of} failed: 0-length response with status code: 200 and content type: application/json`,
    ],
    [
      'no JSON',
      text(200, 'so'),
      `${of} failed: couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type ${header}`,
    ],
    [
      'a list',
      text(200, '[]'),
      `${of} failed: couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type ${header}`,
    ],
    ['an empty object', text(200, '{}'), `${of} failed: ${review}, got /, Kind=`],
    [
      'another version',
      (r) => ({ ...wellBehaved(r), apiVersion: 'apiextensions.k8s.io/v1beta1' }),
      `${of} failed: converting (v1beta1.ConversionReview) to (v1.ConversionReview): unknown conversion`,
    ],
    [
      'another kind',
      (r) => ({ ...wellBehaved(r), kind: 'Pod' }),
      `${of} failed: no kind "Pod" is registered for version "apiextensions.k8s.io/v1" in scheme "pkg/runtime/scheme.go:111"`,
    ],
    ['no response', response(() => undefined), `${of} failed: no response provided`],
    ['no uid', response((r) => without(r, 'uid')), /failed: expected response\.uid="[0-9a-f-]{36}", got ""$/],
    ['another uid', response((r) => ({ ...r, uid: 'x' })), /failed: expected response\.uid="[0-9a-f-]{36}", got "x"$/],
    ['a failure', response((r) => ({ ...r, result: { status: 'Failure', message: 'no' } })), `${of} failed: no`],
    [
      'a failure without a word',
      response((r) => ({ ...r, result: { status: 'Failure' } })),
      `${of} failed: response.result.status was 'Failure', not 'Success'`,
    ],
    ['no result', response((r) => without(r, 'result')), `${of} failed: response.result.status was '', not 'Success'`],
    ['no objects', response((r) => without(r, 'convertedObjects')), `${of} returned 0 objects, expected 1`],
    [
      'more objects',
      response((r) => ({ ...r, convertedObjects: [...r.convertedObjects, ...r.convertedObjects] })),
      `${of} returned 2 objects, expected 1`,
    ],
    [
      'what it was given',
      (r) => ({ ...wellBehaved(r), response: { ...wellBehaved(r).response, convertedObjects: r.request.objects } }),
      `${of} returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v1)`,
    ],
    [
      'another kind of object',
      object((o) => ({ ...o, kind: 'Gadget' })),
      `${of} returned invalid object at index 0: invalid kind (expected Widget, received Gadget)`,
    ],
    [
      'no kind of object',
      object(({ apiVersion }) => ({ apiVersion })),
      `Object 'Kind' is missing in '{"apiVersion":"example.com/v2"}'`,
    ],
    ['null', object(() => null), 'unexpected end of JSON input'],
    ['a number', object(() => 7), 'json: cannot unmarshal number into Go value of type map[string]interface {}'],
    ['another name', metadata({ name: 'n' }), `${of} returned invalid object: must have the same name: m != n`],
    [
      'another namespace',
      metadata({ namespace: 'n' }),
      `${of} returned invalid object: must have the same namespace: default != n`,
    ],
    ['another UID', metadata({ uid: 'n' }), /returned invalid object: must have the same UID: [0-9a-f-]{36} != n$/],
    [
      'no metadata',
      object((o) => without(o, 'metadata')),
      `${of} returned invalid object: must have the same name: m != `,
    ],
    ['a bad label', metadata({ labels: { 'a b': 'c' } }), label],
    [
      'labels that are none',
      metadata({ labels: [] }),
      `${of} returned invalid metadata: invalid metadata.labels of type []interface {} in converted object`,
    ],
    [
      'a label that is no text',
      metadata({ labels: { a: 1 } }),
      `${of} returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object`,
    ],
    [
      'an annotation that is no text',
      metadata({ annotations: { a: null } }),
      `${of} returned invalid metadata: metadata.annotations[a] must be a string, but is <nil> in converted object`,
    ],
  ];
  for (const [name, reply, want] of cases) {
    test(`${name} is refused, whatever was asked`, async () => {
      scene.misbehave(reply);
      for (const answer of [
        await scene.ask('GET', at('v2', 'm')),
        await scene.ask('GET', `${at('v2')}?fieldSelector=metadata.name%3Dm`),
        await scene.ask('PATCH', at('v2', 'm'), { spec: { port: '2' } }, merge),
        await scene.ask('PATCH', `${at('v2', 'm')}?fieldManager=f`, inVersion('v2', 'm', { port: '2' }), applied),
        await scene.ask('DELETE', at('v2', 'm')),
      ]) {
        assert.deepEqual([answer.status, answer.body['reason']], [500, undefined]);
        if (typeof want === 'string') assert.equal(answer.message, want);
        else assert.match(answer.message, want);
      }
      const made = await scene.ask('POST', at('v2'), inVersion('v2', 'never', { host: 'h' }));
      assert.equal(made.status, 500);
      // Nothing came of it.
      scene.misbehave();
      assert.equal((await scene.ask('GET', at('v1', 'never'))).status, 404);
      assert.deepEqual(specOf(await scene.ask('GET', at('v1', 'm'))), { address: 'h:1' });
    });
  }

  test('of metadata it may change labels and annotations, and nothing else', async () => {
    const change = {
      labels: { a: 'b' },
      annotations: { c: 'd' },
      finalizers: ['e.f/g'],
      generation: 7,
      managedFields: [],
    };
    scene.misbehave(metadata(change));
    const { metadata: read } = (await scene.ask('GET', at('v2', 'm'))).body as unknown as Widget;
    assert.deepEqual([read.labels, read.annotations], [change.labels, change.annotations]);
    assert.deepEqual([read.finalizers, read.generation, read.managedFields?.length], [undefined, 1, 1]);
  });

  test('what a version does not know is left out', async () => {
    scene.misbehave(object((o) => ({ ...o, spec: { ...o.spec, other: 1 }, more: 2 })));
    const { spec, more } = (await scene.ask('GET', at('v2', 'm'))).body;
    assert.deepEqual([spec, more], [{ host: 'h', port: '1' }, undefined]);
  });

  test('one object that can not be converted is told of by itself', async () => {
    scene.misbehave((r) =>
      r.request.objects.some((o) => o.metadata.name === 'm')
        ? {
            ...wellBehaved(r),
            response: { uid: r.request.uid, result: { status: 'Failure', message: 'not this one' } },
          }
        : wellBehaved(r),
    );
    await redefine(scene.conversion({ conversionReviewVersions: ['v1', 'v1beta1'] }));
    assert.equal((await scene.ask('GET', at('v2'))).message, `${of} failed: not this one`);
    assert.equal((await scene.ask('GET', `${at('v2')}?fieldSelector=metadata.name%3Down`)).status, 200);
  });

  test('one that knows single objects alone, as a kube-apiserver sends them, is asked so', async () => {
    scene.misbehave((r) => wellBehaved({ ...r, request: { ...r.request, objects: r.request.objects.slice(0, 1) } }));
    await redefine(scene.conversion());
    const { status, body } = await scene.ask('GET', at('v2'));
    assert.deepEqual([status, (body['items'] as Widget[]).some((o) => !o.spec)], [200, false]);
  });
});
