import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '../authorizer.ts';
import { abac, abacRulesOf, readPolicies } from './index.ts';

const beta = (spec: object): string =>
  JSON.stringify({ apiVersion: 'abac.authorization.kubernetes.io/v1beta1', kind: 'Policy', spec });
const policiesOf = (...lines: string[]) => readPolicies('f', lines.join('\n')).policies;

const ask = (more: Partial<Action>): Action => ({
  user: { name: 'ada', groups: ['devs', 'system:authenticated'], extra: {} },
  verb: 'get',
  isResource: true,
  group: 'apps',
  resource: 'deployments',
  subresource: '',
  namespace: 'ns',
  name: '',
  path: '',
  ...more,
});
const path = (p: string, more: Partial<Action> = {}) => ask({ isResource: false, path: p, ...more });
const anonymous = { user: { name: 'system:anonymous', groups: ['system:unauthenticated'], extra: {} } };

const all = { namespace: '*', resource: '*', apiGroup: '*', nonResourcePath: '*' };
const table: readonly (readonly [policy: string, yes: Action[], no: Action[]])[] = [
  [beta(all), [], [ask({}), path('/')]],
  [beta({ ...all, user: '*' }), [ask({}), path('/x')], [ask(anonymous)]],
  [beta({ ...all, user: 'ada', group: 'ops' }), [], [ask({})]],
  [beta({ ...all, group: 'devs', readonly: true }), [ask({}), path('/')], [ask({ verb: 'create' })]],
  [beta({ user: 'ada', namespace: 'ns', resource: 'deployments' }), [ask({ group: '' })], [ask({}), path('/')]],
  [
    beta({ user: 'ada', namespace: 'ns', resource: '*', apiGroup: 'apps' }),
    [ask({ verb: 'delete' })],
    [ask({ namespace: 'other' })],
  ],
  [beta({ user: 'ada', nonResourcePath: '/foo/*' }), [path('/foo/'), path('/foo/x')], [path('/foo'), ask({})]],
  ['{}', [ask({}), path('/')], [ask(anonymous)]],
  ['{"user":"ada","resource":"pods"}', [ask({ resource: 'pods', verb: 'create' })], [ask({}), path('/')]],
  ['user: bob', [], [ask({})]],
  ['{"apiVersion":"abac.authorization.kubernetes.io/v0","kind":"Policy","group":"*"}', [ask({})], [ask(anonymous)]],
];
for (const [policy, yes, no] of table) {
  test(`policy ${policy}`, () => {
    const authorize = abac(policiesOf(policy));
    for (const action of yes) assert.equal(authorize(action).decision, 'allow');
    for (const action of no) {
      assert.deepEqual(authorize(action), { decision: 'no opinion', reason: 'No policy matched.' });
    }
  });
}

test('what somebody may is told as rules', () => {
  const rulesOf = abacRulesOf(
    policiesOf(
      beta({ user: 'ada', namespace: 'ns', resource: 'pods', readonly: true }),
      beta({ group: 'devs', ...all }),
      beta({ user: 'bob', ...all }),
    ),
  );
  const { user } = ask({});
  assert.deepEqual(rulesOf(user, 'ns'), {
    rules: [
      { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods'] },
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ],
    incomplete: false,
    problem: '',
  });
  assert.equal(rulesOf(user, 'other').rules.length, 2);
});

const header =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
const version = 'abac.authorization.kubernetes.io';
const problems: readonly (readonly [line: string, why: string])[] = [
  ['{"user":"a"', "couldn't get version/kind; json parse error: unexpected end of JSON input"],
  [
    'hello',
    `couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type ${header}`,
  ],
  ['[]', `couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type ${header}`],
  [beta({ user: 3 }), 'json: cannot unmarshal number into Go struct field PolicySpec.spec.user of type string'],
  ['{"user":3}', 'json: cannot unmarshal number into Go struct field Policy.user of type string'],
  [
    `{"apiVersion":"${version}/v9","kind":"Policy"}`,
    `no kind "Policy" is registered for version "${version}/v9" in scheme "pkg/runtime/scheme.go:111"`,
  ],
  [
    `{"apiVersion":"${version}/v1beta1","kind":"Foo"}`,
    `no kind "Foo" is registered for version "${version}/v1beta1" in scheme "pkg/runtime/scheme.go:111"`,
  ],
  [`{"apiVersion":"${version}/v1beta1"}`, 'converting (v1beta1.Policy) to (v0.Policy): unknown conversion'],
];
for (const [line, why] of problems) {
  test(`line ${line} is refused`, () =>
    assert.throws(() => readPolicies('/f', `# comment\n\n${line}\n`), {
      message: `error reading policy file /f, line 3: ${line}: ${why}`,
    }));
}

test('a file that is not there, and a line that is too long', () => {
  assert.throws(() => readPolicies('/nope'), { message: 'open /nope: no such file or directory' });
  assert.throws(() => readPolicies('/f', `#${'x'.repeat(70_000)}`), {
    message: 'error reading policy file /f: bufio.Scanner: token too long',
  });
});
