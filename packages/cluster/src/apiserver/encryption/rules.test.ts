import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { nullLogger, Registry, seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { Encryption } from './index.ts';

let directory: string;
before(async () => (directory = await mkdtemp(join(tmpdir(), 'encryption-'))));
after(() => rm(directory, { recursive: true }));

async function load(text: string, reload = false): Promise<Encryption> {
  const file = join(directory, 'encryption.yaml');
  await writeFile(file, text);
  const deps = { clock: new SimClock(), random: seededRandom(1), log: nullLogger, metrics: new Registry() };
  return Encryption.load({ file, reload, serverId: 'x', placeOf: () => undefined }, deps);
}

const header = 'apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n';
const of = (resources: string, providers: string) => `{resources: [${resources}], providers: [${providers}]}`;
const config = (...entries: string[]) => `${header}resources: [${entries.join(', ')}]\n`;
const key = (n: number) => Buffer.alloc(n).toString('base64');

const at = 'resources[0].providers[0]';
const overlapping =
  "using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked";
const problems: readonly (readonly [name: string, text: string, problem: string])[] = [
  ['nothing', header, 'resources: Required value: at least one resources is required'],
  [
    'an empty entry',
    config('{}'),
    '[resources[0].resources: Required value: at least one resources[0].resources is required, resources[0].providers: Required value: at least one resources[0].providers is required]',
  ],
  [
    'an empty provider',
    config(of('secrets', '{}')),
    `${at}: Invalid value: {"AESGCM":null,"AESCBC":null,"Secretbox":null,"Identity":null,"KMS":null}: provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity`,
  ],
  [
    'two providers in one, whose keys are not told',
    config(of('secrets', `{identity: {}, aescbc: {keys: [{name: k, secret: ${key(32)}}]}}`)),
    `${at}: Invalid value: {"AESGCM":null,"AESCBC":{"Keys":[{"Name":"k","Secret":"REDACTED"}]},"Secretbox":null,"Identity":{},"KMS":null}: more than one provider specified in a single element, should split into different list elements`,
  ],
  [
    'names that are none',
    config(of("Secrets, '*', apiserveripinfo, events.events.k8s.io, ingresses.extensions, 'pods.*'", '{identity: {}}')),
    `[resources[0].resources: Invalid value: ["Secrets","*","apiserveripinfo","events.events.k8s.io","ingresses.extensions","pods.*"]: ${overlapping}, resources[0].resources[0]: Invalid value: "Secrets": resource name should not contain capital letters, resources[0].resources[1]: Invalid value: "*": use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources, resources[0].resources[2]: Invalid value: "apiserveripinfo": resources which do not have REST API/s cannot be encrypted, resources[0].resources[3]: Invalid value: "events.events.k8s.io": '*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the config file, resources[0].resources[4]: Invalid value: "ingresses.extensions": 'extensions' group has been removed and cannot be used for encryption, resources[0].resources[5]: Invalid value: "pods.*": encrypting the same resource across groups is not supported]`,
  ],
  [
    'what overlaps',
    config(of("secrets, '*.', secrets", '{identity: {}}')),
    `[resources[0].resources: Invalid value: ["secrets","*.","secrets"]: the same resource cannot be specified multiple times, resources[0].resources: Invalid value: ["secrets","*.","secrets"]: ${overlapping}]`,
  ],
  [
    'what overlaps with everything',
    config(of("'*.*', deployments.apps", '{identity: {}}')),
    `resources[0].resources: Invalid value: ["*.*","deployments.apps"]: ${overlapping}`,
  ],
  [
    'keys that are none',
    config(
      of(
        'secrets',
        `{aescbc: {keys: []}}, {aesgcm: {keys: [{}, {name: k}, {name: k, secret: '!!'}, {name: k, secret: aGVsbG8=}]}}, {secretbox: {keys: [{name: k, secret: ${key(16)}}]}}, {aescbc: {}}`,
      ),
    ),
    '[resources[0].providers[0].aescbc.keys: Required value: at least one keys is required, resources[0].providers[1].aesgcm.keys[0].name: Required value: name is a mandatory field for a key, resources[0].providers[1].aesgcm.keys[0].secret: Required value: secret is a mandatory field for a key, resources[0].providers[1].aesgcm.keys[1].secret: Required value: secret is a mandatory field for a key, resources[0].providers[1].aesgcm.keys[2].secret: Invalid value: "REDACTED": secrets must be base64 encoded, resources[0].providers[1].aesgcm.keys[3].secret: Invalid value: "REDACTED": secret is not of the expected length, got 5, expected one of [16 24 32], resources[0].providers[2].secretbox.keys[0].secret: Invalid value: "REDACTED": secret is not of the expected length, got 16, expected one of [32], resources[0].providers[3].aescbc.keys: Required value: at least one keys is required]',
  ],
  [
    'key services that are none',
    config(
      of(
        'secrets',
        "{kms: {}}, {kms: {apiVersion: v2, name: 'a:b', endpoint: 'http://x', timeout: 0s, cachesize: 3}}, {kms: {apiVersion: v3, name: x, endpoint: ':bad'}}, {kms: {apiVersion: v2, name: x, endpoint: 'unix:///x', timeout: -3s}}, {kms: {apiVersion: v1, name: yy, endpoint: 'unix:///x', cachesize: 0}}",
      ),
    ),
    `[resources[0].providers[0].kms.name: Required value: name is a mandatory field for a provider, resources[0].providers[0].kms.endpoint: Invalid value: "": endpoint is a mandatory field for a kms, resources[0].providers[1].kms.name: Invalid value: "a:b": invalid KMS provider name a:b, must not contain ':', resources[0].providers[1].kms.timeout: Invalid value: "0s": timeout should be a positive value, resources[0].providers[1].kms.endpoint: Invalid value: "http://x": unsupported scheme "http" for KMS provider, only unix is supported, resources[0].providers[1].kms.cachesize: Invalid value: 3: cachesize is not supported in v2, resources[0].providers[2].kms.endpoint: Invalid value: ":bad": invalid endpoint for kms provider, error: parse ":bad": missing protocol scheme, resources[0].providers[2].kms.apiVersion: Invalid value: "v3": unsupported apiVersion apiVersion for KMS provider, only v1 and v2 are supported, resources[0].providers[3].kms.name: Invalid value: "x": duplicate KMS provider name x, names must be unique, resources[0].providers[3].kms.timeout: Invalid value: "-3s": timeout should be a positive value, resources[0].providers[4].kms.cachesize: Invalid value: 0: cachesize should be a positive value, or negative to disable]`,
  ],
];
for (const [name, text, problem] of problems) {
  test(`refused: ${name}`, () => assert.rejects(load(text), { message: `error while parsing file: ${problem}` }));
}

test('what earlier entries hide is refused', async () => {
  const message = (resource: string, rule: string) => ({
    message: `error while building transformers: resource "${resource}" is masked by earlier rule "${rule}"`,
  });
  for (const [first, then, rule] of [
    ["'*.apps'", 'deployments.apps', '*.apps'],
    ["'*.*'", 'secrets', '*.*'],
    ["'*.'", 'secrets', '*.'],
  ] as const) {
    await assert.rejects(load(config(of(first, '{identity: {}}'), of(then, '{identity: {}}'))), message(then, rule));
  }
  await load(config(of('secrets', '{identity: {}}'), of("'*.*'", '{identity: {}}')));
});

test('key services of the first kind are refused', () =>
  assert.rejects(load(config(of('secrets', "{kms: {name: x, endpoint: 'unix:///x'}}"))), {
    message:
      'error while building transformers: KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.  Set --feature-gates=KMSv1=true to use the deprecated KMSv1 feature.',
  }));

test('a file that is not there, is empty, or says something else', async () => {
  const file = JSON.stringify(join(directory, 'encryption.yaml'));
  const parsing = (why: string) => ({ message: `error while parsing file: ${why}` });
  const decoding = (why: string) => parsing(`error decoding encryption provider configuration file ${file}: ${why}`);
  await assert.rejects(
    load(''),
    parsing(`error while loading file: encryption provider configuration file ${file} is empty`),
  );
  await assert.rejects(load('a: [\n'), decoding('yaml: line 1: did not find expected node content'));
  await assert.rejects(
    load(`${header}resources: [{foo: 1}]`),
    decoding('strict decoding error: unknown field "resources[0].foo"'),
  );
  await assert.rejects(
    load('apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\n'),
    parsing('got unexpected config type: apiserver.config.k8s.io/v1, Kind=AuthorizationConfiguration'),
  );
  await assert.rejects(
    load(config(of('secrets', "{kms: {apiVersion: v2, name: x, endpoint: 'unix:///x', timeout: abc}}"))),
    decoding('time: invalid duration "abc"'),
  );
  const old = `apiVersion: v1\nkind: EncryptionConfig\nresources: [${of('secrets', '{identity: {}}')}]`;
  assert.equal((await load(old)).hasHealth, false);
  assert.equal((await load(old, true)).hasHealth, true);
});
