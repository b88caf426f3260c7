import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestInfo } from '../context.ts';
import { requestInfo } from '../filters/request-info.ts';
import { aUser } from '../server-scene.ts';
import { coverOf, type Level, type PolicyRule } from './policy.ts';
import { readPolicy } from './read-policy.ts';

const tim = aUser('tim@k8s.io', 'humans', 'developers');
const asked = (method: string, path: string): RequestInfo =>
  requestInfo(method, path.split('?')[0]!, new URLSearchParams(path.split('?')[1]));
const requests = {
  pod: asked('GET', '/api/v1/namespaces/default/pods/busybox'),
  pods: asked('GET', '/api/v1/namespaces/default/pods'),
  logs: asked('GET', '/api/v1/namespaces/default/pods/busybox/log'),
  role: asked('GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/edit'),
  status: asked('PUT', '/apis/apps/v1/namespaces/default/deployments/d/status'),
  secret: asked('DELETE', '/api/v1/namespaces/kube-system/secrets/s'),
  watch: asked('GET', '/api/v1/namespaces/default/pods?watch=true'),
  path: asked('GET', '/logs/kubelet.log'),
};

const told = (rule: Omit<PolicyRule, 'level'>): PolicyRule => ({ level: 'Request', ...rule });
const rows: readonly (readonly [string, Omit<PolicyRule, 'level'>, readonly (keyof typeof requests)[]])[] = [
  ['everything', {}, ['pod', 'pods', 'logs', 'role', 'status', 'secret', 'watch', 'path']],
  ['a verb', { verbs: ['get'] }, ['pod', 'logs', 'role', 'path']],
  ['a watch is a verb of its own', { verbs: ['watch', 'delete'] }, ['secret', 'watch']],
  ['a user', { users: ['tim@k8s.io'], verbs: ['delete'] }, ['secret']],
  ['another user', { users: ['tom@k8s.io'] }, []],
  ['a group', { userGroups: ['cats', 'humans'], verbs: ['delete'] }, ['secret']],
  ['another group', { userGroups: ['cats'] }, []],
  ['a namespace', { namespaces: ['kube-system'] }, ['secret']],
  ['no namespace', { namespaces: [''] }, ['role']],
  ['a resource without its subresources', { resources: [{ resources: ['pods'] }] }, ['pod', 'pods', 'watch']],
  ['a subresource', { resources: [{ resources: ['pods/log'] }] }, ['logs']],
  ['all of a resource', { resources: [{ resources: ['pods/*'] }] }, ['pod', 'pods', 'logs', 'watch']],
  ['a subresource of anything', { resources: [{ group: '*', resources: ['*/status'] }] }, ['status']],
  ['anything of a group', { resources: [{ resources: ['*'] }] }, ['pod', 'pods', 'logs', 'secret', 'watch']],
  ['a group by itself', { resources: [{ group: 'apps' }] }, ['status']],
  ['any group', { resources: [{ group: '*' }] }, ['pod', 'pods', 'logs', 'role', 'status', 'secret', 'watch']],
  ['a name', { resources: [{ resources: ['pods', 'pods/log'], resourceNames: ['busybox'] }] }, ['pod', 'logs']],
  ['another name', { resources: [{ resources: ['pods'], resourceNames: ['other'] }] }, []],
  ['a path', { nonResourceURLs: ['/logs/kubelet.log'] }, ['path']],
  ['the start of a path', { nonResourceURLs: ['/lo*'] }, ['path']],
  ['any path', { nonResourceURLs: ['*'] }, ['path']],
  ['another path', { nonResourceURLs: ['/metrics', '/logs'] }, []],
  [
    'a resource and a path never go together',
    { namespaces: ['default'], nonResourceURLs: ['*'] },
    ['pod', 'pods', 'logs', 'status', 'watch'],
  ],
];

for (const [name, rule, want] of rows) {
  test(`a rule for ${name}`, () => {
    const cover = coverOf({ rules: [told(rule)] });
    const matched = Object.entries(requests).filter(([, info]) => cover(tim, info).level === 'Request');
    assert.deepEqual(
      matched.map(([key]) => key),
      want,
    );
  });
}

test('the first rule that matches decides; without one, or without a user for it, nothing is told', () => {
  const cover = coverOf({
    rules: [
      { level: 'None', users: ['tim@k8s.io'], verbs: ['list'] },
      { level: 'Metadata', userGroups: ['humans'] },
    ],
  });
  const level = (user: typeof tim | undefined, info: RequestInfo): Level => cover(user, info).level;
  assert.equal(level(tim, requests.pods), 'None');
  assert.equal(level(tim, requests.pod), 'Metadata');
  assert.equal(level(undefined, requests.pod), 'None');
  assert.equal(level(aUser('x'), requests.pod), 'None');
});

test('stages are left out by policy and by rule together; a rule has the last word on managed fields', () => {
  const cover = coverOf({
    omitStages: ['RequestReceived'],
    omitManagedFields: true,
    rules: [
      { level: 'Request', verbs: ['get'], omitStages: ['Panic'], omitManagedFields: false },
      { level: 'Request' },
    ],
  });
  const of = (info: RequestInfo) => {
    const { omitStages, omitManagedFields } = cover(tim, info);
    return [[...omitStages], omitManagedFields];
  };
  assert.deepEqual(of(requests.pod), [['RequestReceived', 'Panic'], false]);
  assert.deepEqual(of(requests.pods), [['RequestReceived'], true]);
});

const header = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n';
const noHeader =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
const dns =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const unversioned = 'unknown group version field audit.k8s.io/__internal, Kind=Policy in policy';

// Each as a kube-apiserver 1.36.3 refuses it.
const refused: readonly (readonly [string, string])[] = [
  ['', unversioned],
  [header, 'loaded illegal policy with 0 rules'],
  ['kind: Policy\nrules: []\n', unversioned],
  [
    'apiVersion: apps/v1\nkind: Deployment\n',
    'failed decoding: no kind "Deployment" is registered for version "apps/v1" in scheme "pkg/runtime/scheme.go:111"',
  ],
  [
    'apiVersion: audit.k8s.io/v1\nkind: Event\n',
    'failed decoding: converting (v1.Event) to (audit.Policy): unknown conversion',
  ],
  ['a: b: c\n', 'failed decoding: yaml: mapping values are not allowed in this context'],
  [
    'just text',
    `failed decoding: couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type ${noHeader}`,
  ],
  [
    `${header}rules: {level: None}\n`,
    'failed decoding: json: cannot unmarshal object into Go struct field Policy.rules of type []v1.PolicyRule',
  ],
  [
    `${header}rules: [{level: Foo},{},{level: None, nonResourceURLs: ["x", "/a*b", ""], resources: [{group: "A.b/c"},{resourceNames: [x]}], omitStages: [Nope]}]\nomitStages: [Bad]\n`,
    `[omitStages[0]: Invalid value: "Bad": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic, rules[0].level: Unsupported value: "Foo": supported values: "None", "Metadata", "Request", "RequestResponse", rules[1].level: Required value, rules[2].nonResourceURLs[0]: Invalid value: "x": non-resource URL rules must begin with a '/' character, rules[2].nonResourceURLs[1]: Invalid value: "/a*b": non-resource URL wildcards '*' must be the final character of the rule, rules[2].nonResourceURLs[2]: Invalid value: "": non-resource URL rules must begin with a '/' character, rules[2].resources.group: Invalid value: "A.b/c": ${dns}, rules[2].resources.resourceNames: Invalid value: ["x"]: using resourceNames requires at least one resource, rules[2].omitStages[0]: Invalid value: "Nope": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic, rules[2].nonResourceURLs: Invalid value: ["x","/a*b",""]: rules cannot apply to both regular resources and non-resource URLs]`,
  ],
];

for (const [text, message] of refused) {
  test(`a policy is refused: ${JSON.stringify(text.slice(0, 60))}`, () =>
    assert.throws(() => readPolicy(Buffer.from(text)), { message }));
}

test('what strict reading would refuse is warned of', () => {
  const warnings: string[] = [];
  const text = `${header}foo: bar\nrules: [{level: None, bar: x, level: Request}]\n`;
  const { rules } = readPolicy(Buffer.from(text), (warning) => warnings.push(warning));
  assert.deepEqual(rules, [{ level: 'Request' }]);
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0]!,
    /^Audit policy contains errors, falling back to lenient decoding: strict decoding error: /,
  );
  for (const odd of ['unknown field "foo"', 'unknown field "rules[0].bar"', 'key "level" already set in map'])
    assert.ok(warnings[0]!.includes(odd), odd);
});

test('a policy may be JSON, and needn’t say what it is when it says its version', () => {
  const policy = { apiVersion: 'audit.k8s.io/v1', rules: [{ level: 'Metadata', omitManagedFields: false }] };
  assert.deepEqual(readPolicy(Buffer.from(JSON.stringify(policy))).rules, policy.rules);
});
