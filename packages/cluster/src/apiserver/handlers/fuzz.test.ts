import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as api from '@tiphys/sdk/api';
import {
  DecodeError,
  decodeMessage,
  encodeMessage,
  openEnvelope,
  protobufMediaType,
  sealEnvelope,
} from '@tiphys/sdk/schema';
import {
  isObject,
  jsonPatch,
  mergePatch,
  parseFieldSelector,
  parseLabelSelector,
  readJsonPatch,
  StatusError,
  strategicMergePatch,
} from '@tiphys/sdk/machinery';
import fc from 'fast-check';
import { serverScene, type ServerScene } from '../server-scene.ts';
import { JsonProblem, readJson } from './body.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import { readYaml, YamlProblem } from './yaml-text.ts';

/** How long each property is tried: a moment, or as many seconds as one asks for. */
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 0.5);
const bounded = { numRuns: 1_000_000, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false };

/** Whatever is thrown must be a refusal of one of these very classes. */
function refusedBy(classes: readonly (abstract new (...args: never[]) => Error)[], act: () => void): void {
  try {
    act();
  } catch (err) {
    if (!classes.some((c) => err instanceof Error && err.constructor === c)) throw err;
  }
}

/** Text that is nearly of a grammar: its own pieces in any order. */
const nearly = (...pieces: string[]) =>
  fc
    .array(
      fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...pieces) },
        { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
      ),
    )
    .map((p) => p.join(''));

const json = nearly(
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"a"',
  '"metadata"',
  '"\\ud800"',
  '1',
  '-2.0',
  '1e2',
  'null',
  'true',
  ' ',
  '\n',
  '"',
);
const yaml = nearly(
  'a',
  ': ',
  '\n',
  '  ',
  '- ',
  '? ',
  '| ',
  '> ',
  '&x ',
  '*x',
  '!!binary ',
  '!!int ',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ',',
  '#',
  '---\n',
  '\t',
  '<<: ',
  '0o7',
  '~',
  '2001-01-01',
  '%',
);
const selector = nearly(
  'a',
  'b.c/d',
  '=',
  '==',
  '!=',
  '!',
  ' in ',
  ' notin ',
  '(',
  ')',
  ',',
  '>',
  '<',
  '1',
  ' ',
  'metadata.name',
  '\\',
);

describe('hostile input is refused, whatever it is', () => {
  const property = <T>(name: string, arbitrary: fc.Arbitrary<T>, check: (value: T) => void) =>
    test(name, () => fc.assert(fc.property(arbitrary, check), bounded));

  property('JSON', json, (text) => refusedBy([JsonProblem], () => void readJson(Buffer.from(text))));
  property('bytes as JSON', fc.uint8Array({ maxLength: 60 }), (bytes) =>
    refusedBy([JsonProblem], () => void readJson(bytes)),
  );
  property('YAML', yaml, (text) => refusedBy([YamlProblem], () => void readYaml(text)));
  property(
    'continue tokens',
    fc.oneof(
      fc.string(),
      fc.json().map((t) => Buffer.from(t).toString('base64url')),
    ),
    (text) => refusedBy([StatusError], () => void decodeContinue(text)),
  );
  property('label selectors', selector, (text) => refusedBy([StatusError, Error], () => void parseLabelSelector(text)));
  property('field selectors', selector, (text) => refusedBy([StatusError, Error], () => void parseFieldSelector(text)));

  const { shape } = api.pod.schema;
  property('bytes as protobuf', fc.uint8Array({ maxLength: 80 }), (bytes) =>
    refusedBy([DecodeError], () => void decodeMessage(shape, bytes)),
  );
  property('bytes in an envelope', fc.uint8Array({ maxLength: 80 }), (bytes) =>
    refusedBy([DecodeError], () => void openEnvelope(Buffer.concat([Buffer.from('k8s\0'), bytes]))),
  );
  const whole = encodeMessage(shape, {
    metadata: { name: 'p', labels: { a: 'b' } },
    spec: { containers: [{ name: 'c', image: 'i' }], nodeSelector: { x: 'y' } },
  });
  property(
    'a message with some bytes changed',
    fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }),
    (changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, to] of changes) bytes[at] = to;
      refusedBy([DecodeError], () => void decodeMessage(shape, bytes));
    },
  );

  const object = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', ports: [{ containerPort: 1 }] }] } };
  const step = fc.constantFrom(
    'metadata',
    'spec',
    'containers',
    'ports',
    '0',
    '-',
    '-1',
    'name',
    '~0',
    '__proto__',
    '',
  );
  const pointer = fc.array(step, { maxLength: 5 }).map((steps) => steps.map((s) => `/${s}`).join(''));
  const operation = fc.record(
    {
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
      path: pointer,
      from: pointer,
      value: fc.jsonValue(),
    },
    { requiredKeys: ['op', 'path'] },
  );
  property('JSON patches', fc.array(operation, { maxLength: 5 }), (operations) =>
    refusedBy(
      [StatusError],
      () =>
        void jsonPatch(
          object,
          readJsonPatch(JSON.stringify(operations), JSON.parse(JSON.stringify(operations))).operations,
        ),
    ),
  );
  const directive = fc.constantFrom(
    '$patch',
    '$retainKeys',
    '$setElementOrder/containers',
    '$deleteFromPrimitiveList/finalizers',
    'containers',
    'spec',
    'metadata',
    'name',
    'ports',
  );
  const { patch } = fc.letrec((tie) => ({
    patch: fc.dictionary(directive, tie('value'), { maxKeys: 4 }),
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<unknown>('delete', 'merge', 'replace', 'c', null, 1),
      tie('patch'),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  }));
  property('strategic merge patches', patch, (value) =>
    refusedBy(
      [StatusError],
      () => void strategicMergePatch(shape, object, JSON.parse(JSON.stringify(value)) as Record<string, unknown>),
    ),
  );
  property('merge patches', fc.jsonValue(), (value) => {
    if (isObject(value)) refusedBy([StatusError], () => void mergePatch(object, value));
  });

  property(
    'continue tokens say what they said',
    fc.record({
      revision: fc.integer({ min: 1 }),
      start: fc.string({ minLength: 1 }).filter((t) => !t.startsWith('/')),
    }),
    ({ revision, start }) =>
      refusedBy([StatusError], () =>
        assert.deepEqual(decodeContinue(encodeContinue({ revision, start })), { revision, start }),
      ),
  );
});

describe('a server that is sent anything', () => {
  let scene: ServerScene;
  before(async () => void (scene = await serverScene()));
  after(() => scene.stop());

  const path = '/api/v1/namespaces/default/configmaps';
  const body = fc.oneof(
    json,
    yaml,
    fc.jsonValue().map((v) => JSON.stringify(v)),
    fc.uint8Array({ maxLength: 60 }).map((b) => sealEnvelope({ apiVersion: 'v1', kind: 'ConfigMap', raw: b })),
  );
  const type = fc.constantFrom(
    'application/json',
    'application/yaml',
    protobufMediaType,
    'application/merge-patch+json',
    'application/json-patch+json',
    'application/strategic-merge-patch+json',
    'application/apply-patch+yaml',
  );
  const accept = fc.constantFrom('application/json', 'application/yaml', protobufMediaType, '*/*');

  test('answers, and never that it is broken', async () => {
    await scene.ask('POST', path, { metadata: { name: 'x' }, data: { a: 'b' } });
    const method = fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE');
    await fc.assert(
      fc.asyncProperty(method, body, type, accept, async (verb, sent, contentType, accepted) => {
        const at = verb === 'POST' ? path : `${path}/x`;
        const answer = await scene.ask(verb, `${at}?dryRun=All&fieldManager=m`, Buffer.from(sent), {
          headers: { 'content-type': contentType, accept: accepted },
        });
        // What doesn't fit its kind's structure is a 500 of upstream's when it is applied.
        const isBroken = answer.status === 500 && contentType !== 'application/apply-patch+yaml';
        assert.ok(!isBroken, `${verb} ${contentType} ${JSON.stringify(sent.toString())}: ${answer.text}`);
      }),
      bounded,
    );
  });
});

describe('what was found', () => {
  const token = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const [name, value, want] of [
    ['null', null, 'server does not recognize this encoded version '],
    ['a number', 5, 'json: cannot unmarshal number into Go value of type storage.continueToken'],
    ['a list', [], 'json: cannot unmarshal array into Go value of type storage.continueToken'],
  ] as const) {
    test(`a continue token that says ${name}`, () => {
      const message = `invalid continue token: continue key is not valid: ${want}`;
      assert.throws(() => decodeContinue(token(value)), { message, code: 400 });
    });
  }

  test('delete options that are no YAML', async () => {
    const scene = await serverScene();
    const headers = { 'content-type': 'application/yaml' };
    const answer = await scene.ask('DELETE', '/api/v1/namespaces/default/configmaps/x', Buffer.from('{'), { headers });
    assert.equal(answer.status, 400);
    scene.stop();
  });
});
