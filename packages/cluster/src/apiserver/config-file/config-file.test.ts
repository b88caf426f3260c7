import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@tiphys/sdk/runtime';
import { s } from '@tiphys/sdk/schema';
import { SimClock } from '@tiphys/sdk/testing';
import { type ConfigKind, followFile, readConfig } from './index.ts';

const part = s.struct('x.v1.Part', { name: s.zero(1, s.str()), flag: s.opt(2, s.bool()) });
const thing = s.struct('x.v1.AuthorizationConfiguration', { parts: s.zero(1, s.list(part)) });
const kind: ConfigKind<s.Out<typeof thing>> = {
  apiVersion: 'apiserver.config.k8s.io/v1',
  kind: 'AuthorizationConfiguration',
  schema: thing,
};
const header = `apiVersion: ${kind.apiVersion}\nkind: ${kind.kind}\n`;

const header_ =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
const problems: readonly (readonly [string, string])[] = [
  ['{"a":', "couldn't get version/kind; json parse error: unexpected end of JSON input"],
  ['a: [\n', 'yaml: line 1: did not find expected node content'],
  [
    'hello',
    `couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type ${header_}`,
  ],
  ['parts: []\n', "Object 'Kind' is missing in 'parts: []\n'"],
  ['kind: K\n', "Object 'apiVersion' is missing in 'kind: K\n'"],
  [
    'apiVersion: 3\nkind: K',
    "couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .apiVersion of type string",
  ],
  ['apiVersion: v1\nkind: Pod', 'no kind "Pod" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"'],
  [
    `apiVersion: ${kind.apiVersion}\nkind: EncryptionConfiguration`,
    'expected AuthorizationConfiguration, got *apiserver.EncryptionConfiguration',
  ],
  [
    `${header}parts: x`,
    'json: cannot unmarshal string into Go struct field AuthorizationConfiguration.parts of type []v1.Part',
  ],
  [`${header}parts: [{name: []}]`, 'json: cannot unmarshal array into Go struct field Part.parts.name of type string'],
  [
    `${header}parts:\n- name: a\n  foo: 1\n  foo: 2\nbar: x\n`,
    'strict decoding error: yaml: unmarshal errors:\n  line 6: key "foo" already set in map, unknown field "bar", unknown field "parts[0].foo"',
  ],
  [
    JSON.stringify({ apiVersion: kind.apiVersion, kind: kind.kind, z: 1, parts: [{ foo: 1, bar: 2 }], a: 1 }),
    'strict decoding error: unknown field "z", unknown field "parts[0].foo", unknown field "parts[0].bar", unknown field "a"',
  ],
  [
    JSON.stringify({ apiVersion: kind.apiVersion, kind: kind.kind, bar: 1 }),
    'strict decoding error: unknown field "bar"',
  ],
];

for (const [text, message] of problems) {
  test(`refused: ${JSON.stringify(text)}`, () =>
    assert.throws(() => readConfig(Buffer.from(text), [kind]), { message }));
}

test('what is well formed is read', () => {
  const read = (text: string) => readConfig(Buffer.from(text), [kind]);
  assert.deepEqual(read(`${header}parts: [{name: a, flag: false}]`), { parts: [{ name: 'a', flag: false }] });
  assert.deepEqual(read(header), {});
});

test('a file is looked at when it is replaced', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'follow-'));
  const path = join(directory, 'f');
  const stop = new AbortController();
  let seen = (): void => {};
  const looked = () => new Promise<void>((resolve) => (seen = resolve));
  const common = { path, clock: systemClock, intervalMs: 3_600_000, look: () => seen(), onProblem: assert.fail };
  const following = followFile(common, stop.signal);
  for (const name of ['first', 'second']) {
    const next = looked();
    await writeFile(join(directory, name), name);
    await rename(join(directory, name), path);
    await next;
  }
  stop.abort();
  await following;
  await rm(directory, { recursive: true });
});

test('a file that cannot be watched is looked at from time to time', async () => {
  const clock = new SimClock();
  const stop = new AbortController();
  const told: string[] = [];
  let looks = 0;
  const options = { path: '/nowhere/f', clock, intervalMs: 60_000, look: () => void looks++ };
  const following = followFile({ ...options, onProblem: (why) => void told.push(why) }, stop.signal);
  await clock.advance(150_000);
  assert.equal(looks, 2);
  assert.equal(told.length, 1);
  stop.abort();
  await Promise.all([following, clock.advance(1000)]);
});
