import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type AuthorizationMode, flaggedWebhook, readAuthorizers } from './settings.ts';

let directory: string;
let kubeconfig: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'authorizers-'));
  kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, '{}');
});
after(() => rm(directory, { recursive: true }));

const config = (authorizers: unknown, version = 'v1'): Buffer =>
  Buffer.from(
    JSON.stringify({
      apiVersion: `apiserver.config.k8s.io/${version}`,
      kind: 'AuthorizationConfiguration',
      authorizers,
    }),
  );
const webhook = (more: object = {}) => ({
  timeout: '3s',
  subjectAccessReviewVersion: 'v1',
  failurePolicy: 'Deny',
  connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: kubeconfig },
  ...more,
});
const asking = (more: object = {}) => [{ type: 'Webhook', name: 'w', webhook: webhook(more) }];

test('who is asked, with what is the default of each', () => {
  for (const version of ['v1', 'v1beta1', 'v1alpha1']) {
    const data = config([{ type: 'Node', name: 'node' }, ...asking(), { type: 'RBAC', name: 'rbac' }], version);
    assert.deepEqual(readAuthorizers(data), [
      { type: 'Node', name: 'node' },
      {
        type: 'Webhook',
        name: 'w',
        version: 'v1',
        authorizedTtlMs: 300_000,
        unauthorizedTtlMs: 30_000,
        timeoutMs: 3000,
        failurePolicy: 'Deny',
        matchConditions: [],
        kubeconfig,
      },
      { type: 'RBAC', name: 'rbac' },
    ]);
  }
});

test('answers are kept as long as is said, or not at all', () => {
  const ttls = (more: object) => {
    const [w] = readAuthorizers(config(asking(more)));
    assert.ok(w?.type === 'Webhook');
    return [w.authorizedTtlMs, w.unauthorizedTtlMs];
  };
  assert.deepEqual(ttls({ authorizedTTL: '1m', unauthorizedTTL: '2s' }), [60_000, 2000]);
  assert.deepEqual(ttls({ cacheAuthorizedRequests: false }), [0, 30_000]);
  assert.deepEqual(ttls({ cacheUnauthorizedRequests: false, unauthorizedTTL: '1h' }), [300_000, 0]);
});

const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const unread = (why: string): string => `failed to load AuthorizationConfiguration from file: ${why}`;
const rbac = { type: 'RBAC', name: 'rbac' };

const problems: readonly (readonly [string, () => unknown, string])[] = [
  ['nobody', () => [], 'authorizers: Required value: at least one authorization mode must be defined'],
  [
    'no list',
    () => 'x',
    unread(
      'json: cannot unmarshal string into Go struct field AuthorizationConfiguration.authorizers of type []v1.AuthorizerConfiguration',
    ),
  ],
  ['unknown fields', () => [{ ...rbac, foo: 1 }], unread('strict decoding error: unknown field "authorizers[0].foo"')],
  ['twice the same', () => [rbac, rbac], 'authorizers[1].type: Duplicate value: "RBAC"'],
  ['no type', () => [{ name: 'k' }], 'authorizers[0].type: Required value'],
  [
    'an unknown type',
    () => [{ type: 'Foo', name: 'foo' }],
    'authorizers[0].type: Unsupported value: "Foo": supported values: "ABAC", "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"',
  ],
  [
    'a webhook without',
    () => [{ type: 'Webhook' }],
    '[authorizers[0].name: Required value, authorizers[0].webhook: Required value: required when type=Webhook]',
  ],
  ['two of a name', () => [...asking(), ...asking()], 'authorizers[1].name: Duplicate value: "w"'],
  [
    'a strange name',
    () => [{ type: 'Webhook', name: 'A_b', webhook: webhook() }],
    `authorizers[0].name: Invalid value: "A_b": authorizer name is invalid: ${subdomain}`,
  ],
  [
    'a webhook that is none',
    () => [{ type: 'Node', name: 'node', webhook: webhook() }],
    'authorizers[0].webhook: Invalid value: "non-null": may only be specified when type=Webhook',
  ],
  [
    'an empty webhook',
    () => [{ type: 'Webhook', name: 'w', webhook: {} }],
    '[authorizers[0].timeout: Required value, authorizers[0].subjectAccessReviewVersion: Required value, authorizers[0].failurePolicy: Required value, authorizers[0].connectionInfo.type: Required value]',
  ],
  [
    'times out of bounds',
    () => asking({ timeout: '40s', authorizedTTL: '-3s', unauthorizedTTL: '-1m' }),
    '[authorizers[0].timeout: Invalid value: "40s": must be > 0s and <= 30s, authorizers[0].authorizedTTL: Invalid value: "-3s": must be > 0s, authorizers[0].unauthorizedTTL: Invalid value: "-1m0s": must be > 0s]',
  ],
  ['no time', () => asking({ timeout: 'abc' }), unread('time: invalid duration "abc"')],
  [
    'a number for a time',
    () => asking({ timeout: 3 }),
    unread(
      'json: cannot unmarshal number into Go struct field WebhookConfiguration.authorizers.webhook.timeout of type string',
    ),
  ],
  [
    'unknown versions',
    () => asking({ subjectAccessReviewVersion: 'v2', matchConditionSubjectAccessReviewVersion: 'v1beta1' }),
    '[authorizers[0].subjectAccessReviewVersion: Unsupported value: "v2": supported values: "v1", "v1beta1", authorizers[0].matchConditionSubjectAccessReviewVersion: Unsupported value: "v1beta1": supported values: "v1"]',
  ],
  [
    'conditions of no version',
    () => asking({ matchConditions: [{ expression: 'true' }] }),
    'authorizers[0].matchConditionSubjectAccessReviewVersion: Required value: required if match conditions are specified',
  ],
  [
    'an unknown policy',
    () => asking({ failurePolicy: 'Foo' }),
    'authorizers[0].failurePolicy: Unsupported value: "Foo": supported values: "NoOpinion", "Deny"',
  ],
  [
    'an unknown connection',
    () => asking({ connectionInfo: { type: 'Foo', kubeConfigFile: 'x' } }),
    'authorizers[0].connectionInfo.type: Unsupported value: {"Type":"Foo","KubeConfigFile":"x"}: supported values: "InClusterConfig", "KubeConfigFile"',
  ],
  [
    'no file',
    () => asking({ connectionInfo: { type: 'KubeConfigFile' } }),
    'authorizers[0].connectionInfo.kubeConfigFile: Required value',
  ],
  [
    'a relative file',
    () => asking({ connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: 'rel' } }),
    'authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "rel": must be an absolute path',
  ],
  [
    'a missing file',
    () => asking({ connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: '/nope' } }),
    'authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "/nope": error loading file: stat /nope: no such file or directory',
  ],
  [
    'a directory',
    () => asking({ connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: '/' } }),
    'authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "/": must be a regular file',
  ],
  [
    'a file in a cluster',
    () => asking({ connectionInfo: { type: 'InClusterConfig', kubeConfigFile: '/x' } }),
    'authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "/x": can only be set when type=KubeConfigFile',
  ],
  [
    'itself',
    () => asking({ connectionInfo: { type: 'InClusterConfig' } }),
    'webhook connectionInfo type InClusterConfig is not for API servers: it would ask itself',
  ],
  [
    'conditions that make no sense',
    () =>
      asking({
        matchConditionSubjectAccessReviewVersion: 'v1',
        matchConditions: ['', 'a', 'a', 'request.user', 'request.foo == 1'].map((expression) => ({ expression })),
      }),
    `[authorizers[0].matchConditions[0].expression: Required value, authorizers[0].matchConditions[1].expression: Invalid value: "a": compilation failed: ERROR: <input>:1:1: undeclared reference to 'a' (in container '')\n | a\n | ^, authorizers[0].matchConditions[2].expression: Duplicate value: "a", authorizers[0].matchConditions[3].expression: Invalid value: "request.user": must evaluate to bool but got string, authorizers[0].matchConditions[4].expression: Invalid value: "request.foo == 1": compilation failed: ERROR: <input>:1:8: undefined field 'foo'\n | request.foo == 1\n | .......^]`,
  ],
  [
    'too many conditions',
    () =>
      asking({
        matchConditionSubjectAccessReviewVersion: 'v1',
        matchConditions: Array.from({ length: 65 }, (_, i) => ({ expression: `request.user == '${i}'` })),
      }),
    'authorizers[0].matchConditions: Too many: 65: must have at most 64 items',
  ],
  [
    'names of their own',
    () => [
      { type: 'RBAC', name: 'foo' },
      { type: 'Node', name: 'bar' },
    ],
    '[expected name rbac for authorizer RBAC instead of foo, expected name node for authorizer Node instead of bar]',
  ],
];
for (const [name, authorizers, message] of problems) {
  test(`refused: ${name}`, () => assert.throws(() => readAuthorizers(config(authorizers())), { message }));
}

test('an empty file says nothing, and those that were there at first must stay', () => {
  const nobody = 'authorizers: Required value: at least one authorization mode must be defined';
  assert.throws(() => readAuthorizers(Buffer.alloc(0)), { message: nobody });
  const wanted: AuthorizationMode[] = ['Webhook', 'RBAC', 'Node', 'AlwaysDeny'];
  const message = 'missing required types: [AlwaysDeny Node]';
  assert.throws(() => readAuthorizers(config([rbac]), wanted), { message });
});

test('a webhook of flags is asked in a version that there is', () => {
  const flags = { kubeconfig: '/k', authorizedTtlMs: 1, unauthorizedTtlMs: 2 };
  assert.throws(() => flaggedWebhook({ ...flags, version: 'v3' }), {
    message:
      'invalid authorization config: unsupported webhook authorizer version "v3", supported versions are "v1", "v1beta1"',
  });
});
