import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as api from '@tiphys/sdk/api';
import { DecodeError, decodeMessage, encodeMessage, openEnvelope, protobufMediaType } from '@tiphys/sdk/schema';
import {
  isObject,
  jsonPatch,
  mergePatch,
  readJsonPatch,
  StatusError,
  strategicMergePatch,
} from '@tiphys/sdk/machinery';
import { fuzz, fuzzOptions, refusedBy } from '@tiphys/sdk/testing';
import fc from 'fast-check';
import { serverScene, type ServerScene } from '../server-scene.ts';
import { servedKinds } from '../kinds.ts';
import { JsonProblem, readJson } from './json-text.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import * as words from './fuzz-words.ts';
import { readYaml, YamlProblem } from '../yaml/index.ts';

const options = fuzzOptions(process.env);
const corpus = (name: string): URL => new URL(`../../../src/apiserver/handlers/corpus/${name}.txt`, import.meta.url);
const bounded = { numRuns: 1_000_000, interruptAfterTimeLimit: options.seconds * 1000, markInterruptAsFailure: false };

/** Kinds by a byte: what follows is a message of one of them. */
const shapeAt = (byte: number) => servedKinds[byte % servedKinds.length]!.schema.shape;

interface Reader {
  readonly name: string;
  readonly words: readonly string[];
  readonly check: (input: Buffer) => unknown;
}

const readers: readonly Reader[] = [
  { name: 'json', words: words.json, check: (input) => refusedBy([JsonProblem], () => void readJson(input)) },
  {
    name: 'yaml',
    words: words.yaml,
    check: (input) => refusedBy([YamlProblem], () => void readYaml(input)),
  },
  {
    name: 'continue',
    words: words.continueTokens,
    check(input) {
      refusedBy([StatusError], () => void decodeContinue(input.toString()));
      refusedBy([StatusError], () => void decodeContinue(input.toString('base64url')));
    },
  },
  {
    name: 'envelopes',
    words: words.envelopes,
    check(input) {
      refusedBy([DecodeError], () => void openEnvelope(input));
      refusedBy([DecodeError], () => void openEnvelope(Buffer.concat([Buffer.from('k8s\0'), input])));
    },
  },
  {
    name: 'messages',
    words: words.protobuf,
    check(input) {
      const shape = shapeAt(input[0] ?? 0);
      refusedBy([DecodeError], () => {
        // What could be read can be written, and says the same when it is read again.
        const written = encodeMessage(shape, decodeMessage(shape, input.subarray(1)));
        assert.deepEqual(encodeMessage(shape, decodeMessage(shape, written)), written);
      });
    },
  },
];

describe('whatever comes is refused properly', () => {
  for (const { name, ...reader } of readers) test(name, () => fuzz({ corpus: corpus(name), ...reader }, options));
});

describe('hostile input is refused, whatever it is', () => {
  const property = <T>(name: string, arbitrary: fc.Arbitrary<T>, check: (value: T) => void) =>
    test(name, () => fc.assert(fc.property(arbitrary, check), bounded));

  const { shape } = api.pod.schema;
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
  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  before(async () => {
    scene = await serverScene();
    const container = { name: 'c', image: 'i', ports: [{ containerPort: 80 }], env: [{ name: 'A', value: '1' }] };
    const labels = { app: 'd' };
    const spec = {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    };
    const made = await scene.ask('POST', `${deployments}?fieldManager=first`, { metadata: { name: 'd' }, spec });
    assert.equal(made.status, 201);
  });
  after(() => scene.stop());

  interface Body {
    readonly name: string;
    readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    readonly type: string;
    readonly words: readonly string[];
  }
  const patch = (name: string, type: string, of: readonly string[]): Body => ({
    name,
    method: 'PATCH',
    type: `application/${type}`,
    words: of,
  });
  const bodies: readonly Body[] = [
    { name: 'create-json', method: 'POST', type: 'application/json', words: words.bodies },
    {
      name: 'create-yaml',
      method: 'POST',
      type: 'application/yaml',
      words: [...words.yaml, 'metadata', 'spec', 'name'],
    },
    { name: 'create-protobuf', method: 'POST', type: protobufMediaType, words: words.envelopes },
    { name: 'update', method: 'PUT', type: 'application/json', words: words.bodies },
    { name: 'delete-options', method: 'DELETE', type: 'application/json', words: words.deleteOptions },
    patch('merge-patch', 'merge-patch+json', words.bodies),
    patch('json-patch', 'json-patch+json', words.jsonPatches),
    patch('strategic-merge-patch', 'strategic-merge-patch+json', words.strategicPatches),
    patch('apply', 'apply-patch+yaml', [...words.bodies, ...words.yaml]),
  ];
  for (const { name, method, type, ...body } of bodies) {
    test(`${name}: answers, and never that it is broken`, () => {
      const at = method === 'POST' ? deployments : `${deployments}/d`;
      const check = async (input: Buffer) => {
        const headers = { 'content-type': type, accept: input.length % 2 ? protobufMediaType : 'application/json' };
        const answer = await scene.ask(method, `${at}?dryRun=All&fieldManager=m&force=true`, input, { headers });
        // What doesn't fit its kind's structure is a 500 of upstream's when it is applied.
        if (type !== 'application/apply-patch+yaml') assert.notEqual(answer.status, 500, answer.text);
      };
      return fuzz({ corpus: corpus(name), ...body, check }, options);
    });
  }

  test('queries: answers, and never that it is broken', () => {
    const check = async (input: Buffer) => {
      const query = input.toString('latin1').replaceAll(/[#?]|watch/g, '');
      const answer = await scene.ask('GET', `${deployments}?${query}`);
      assert.notEqual(answer.status, 500, answer.text);
    };
    return fuzz({ corpus: corpus('queries'), words: words.queries, check }, options);
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

  for (const [text, want] of [
    ['x', 'illegal base64 data at input byte 0'],
    ['abcde', 'illegal base64 data at input byte 4'],
    ['a+b/', 'illegal base64 data at input byte 1'],
    ['e3\n0', 'server does not recognize this encoded version '],
    ['eyJ2', 'unexpected end of JSON input'],
    ['xxxx', "invalid character 'Ç' looking for beginning of value"],
  ] as const) {
    test(`a continue token ${JSON.stringify(text)}`, () => {
      const message = `invalid continue token: continue key is not valid: ${want}`;
      assert.throws(() => decodeContinue(text), { message, code: 400 });
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
