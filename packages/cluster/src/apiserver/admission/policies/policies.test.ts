import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, aUser, serverScene, type ServerScene } from '../../server-scene.ts';

let scene: ServerScene;
before(async () => {
  scene = await serverScene();
  await scene.given(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns', labels: { level: 'high' } } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } },
  );
});
after(() => scene.stop());

const group = '/apis/admissionregistration.k8s.io/v1';
const configMaps = {
  resourceRules: [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
  ],
};

interface Case {
  readonly kind?: 'Validating' | 'Mutating';
  readonly spec: Record<string, unknown>;
  readonly binding?: Record<string, unknown>;
}

/** Does something while a policy is bound. */
async function under<T>({ kind = 'Validating', spec, binding = {} }: Case, act: () => Promise<T>): Promise<T> {
  const [policies, bindings] = [
    `${group}/${kind.toLowerCase()}admissionpolicies`,
    `${group}/${kind.toLowerCase()}admissionpolicybindings`,
  ];
  const metadata = { name: 'p' };
  const made = await scene.ask('POST', policies, { metadata, spec: { matchConstraints: configMaps, ...spec } });
  assert.equal(made.message, '');
  const bound = await scene.ask('POST', bindings, { metadata, spec: { policyName: 'p', ...binding } });
  assert.equal(bound.message, '');
  try {
    return await act();
  } finally {
    await scene.ask('DELETE', `${bindings}/p`);
    await scene.ask('DELETE', `${policies}/p`);
  }
}

const write = (
  data: Record<string, string>,
  { namespace = 'ns', user = aUser('jane', 'system:masters') } = {},
): Promise<Answer> =>
  scene.ask(
    'POST',
    `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`,
    { metadata: { name: 'c' }, data },
    { user },
  );

const deny = { validationActions: ['Deny'] };
const denied = (what: string) =>
  `configmaps "c" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: ${what}`;

test('a write that a policy does not let pass is refused as its validation says', async () => {
  const validations = [
    { expression: "object.data.a != 'x'", message: 'no x' },
    { expression: "object.data.a != 'y'", messageExpression: "'not ' + object.data.a", reason: 'Forbidden' },
    { expression: "object.data.a != 'z'" },
    { expression: "has(object.data.b) || object.data.a != 'w' || object.data.b == ''" },
  ];
  await under({ spec: { validations }, binding: deny }, async () => {
    for (const [a, status, message] of [
      ['a', 201, ''],
      ['x', 422, denied('no x')],
      ['y', 403, denied('not y')],
      ['z', 422, denied("failed expression: object.data.a != 'z'")],
      ['w', 422, denied(`expression '${validations[3]!.expression}' resulted in error: no such key: b`)],
    ] as const) {
      const answer = await write({ a });
      assert.deepEqual([answer.status, answer.message], [status, message]);
    }
  });
  assert.equal((await write({ a: 'x' })).status, 201);
});

test('a binding may only warn', async () => {
  const spec = { validations: [{ expression: 'false', message: 'careful' }] };
  const { status, headers } = await under({ spec, binding: { validationActions: ['Warn'] } }, () => write({}));
  assert.equal(status, 201);
  assert.match(
    String(headers['warning']),
    /Validation failed for ValidatingAdmissionPolicy 'p' with binding 'p': careful/,
  );
});

test('what fails refuses, unless the policy ignores failures', async () => {
  const validations = [{ expression: 'object.nope == 1' }];
  for (const [failurePolicy, status] of [
    ['Fail', 422],
    ['Ignore', 201],
  ] as const) {
    assert.equal(
      (await under({ spec: { validations, failurePolicy }, binding: deny }, () => write({}))).status,
      status,
    );
  }
});

test('conditions, selectors and who asks narrow down what a policy is about', async () => {
  const validations = [{ expression: 'false' }];
  for (const [spec, binding, status] of [
    [{ matchConditions: [{ name: 'c', expression: "object.data.a == 'b'" }] }, deny, 201],
    [{ matchConditions: [{ name: 'c', expression: "request.userInfo.username == 'jane'" }] }, deny, 422],
    [{}, { ...deny, matchResources: { namespaceSelector: { matchLabels: { level: 'low' } } } }, 201],
    [{}, { ...deny, matchResources: { namespaceSelector: { matchLabels: { level: 'high' } } } }, 422],
    [{}, { ...deny, matchResources: { objectSelector: { matchLabels: { a: 'b' } } } }, 201],
  ] as const) {
    const answer = await under({ spec: { validations, ...spec }, binding }, () => write({ a: 'c' }));
    assert.equal(answer.status, status, JSON.stringify([spec, binding]));
  }
});

test('policies see variables, the namespace, parameters, and what whoever asks may do', async () => {
  await scene.given({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'limits', namespace: 'ns' },
    data: { most: '1' },
  });
  const spec = {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    variables: [{ name: 'count', expression: 'object.data.size()' }],
    validations: [
      { expression: 'variables.count <= int(params.data.most)', message: 'too many' },
      { expression: "namespaceObject.metadata.labels.level == 'high'", message: 'low' },
      {
        expression: "authorizer.group('').resource('secrets').namespace('ns').check('get').allowed()",
        message: 'you may not',
      },
    ],
  };
  const paramRef = { name: 'limits', namespace: 'ns', parameterNotFoundAction: 'Deny' };
  await under({ spec, binding: { ...deny, paramRef } }, async () => {
    assert.equal((await write({ a: '1' })).message, '');
    assert.equal((await write({ a: '1', b: '2' })).message, denied('too many'));
    const labels = await write({ a: '1' }, { namespace: 'other' });
    assert.equal(
      labels.message,
      denied("expression 'namespaceObject.metadata.labels.level == 'high'' resulted in error: no such key: level"),
    );
  });
  const missing = { ...paramRef, name: 'none' };
  const { message } = await under({ spec, binding: { ...deny, paramRef: missing } }, () => write({ a: '1' }));
  assert.equal(
    message,
    denied('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'),
  );
});

test('policies change writes: configurations are laid over them, patches applied', async () => {
  const base = { reinvocationPolicy: 'Never', failurePolicy: 'Fail' };
  const applied = await under(
    {
      kind: 'Mutating',
      spec: {
        ...base,
        variables: [{ name: 'label', expression: "'v-' + object.data.a" }],
        mutations: [
          {
            patchType: 'ApplyConfiguration',
            applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"a": variables.label}}}' },
          },
          {
            patchType: 'JSONPatch',
            jsonPatch: { expression: "[JSONPatch{op: 'add', path: '/data/b', value: object.metadata.labels.a}]" },
          },
        ],
      },
    },
    () => write({ a: 'x' }),
  );
  assert.equal(applied.message, '');
  const { metadata, data } = applied.body as { metadata: { labels?: unknown }; data?: unknown };
  assert.deepEqual([metadata.labels, data], [{ a: 'v-x' }, { a: 'x', b: 'v-x' }]);
});

test('a mutation that cannot be made refuses', async () => {
  const mutations = [
    { patchType: 'JSONPatch', jsonPatch: { expression: "[JSONPatch{op: 'remove', path: '/data/none'}]" } },
  ];
  const spec = { reinvocationPolicy: 'Never', failurePolicy: 'Fail', mutations };
  const { status, message } = await under({ kind: 'Mutating', spec }, () => write({ a: 'x' }));
  assert.equal(status, 403);
  assert.match(
    message,
    /^policy 'p' with binding 'p' denied request: JSON Patch: error in remove for path: '\/data\/none'/,
  );
});

test('scales are judged as scales, with the options of the request', async () => {
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  await scene.given({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', namespace: 'ns' },
    spec: { replicas: 1, selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec } },
  });
  const about = (resource: string) => ({
    matchConstraints: {
      resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: [resource] }],
    },
    validations: [
      {
        expression: 'false',
        messageExpression:
          "'%s of %d to %d, %s'.format([object.kind, oldObject.spec.replicas, object.spec.replicas, request.options])",
      },
    ],
  });
  const scale = () =>
    scene.ask(
      'PATCH',
      '/apis/apps/v1/namespaces/ns/deployments/d/scale?dryRun=All&fieldManager=me',
      { spec: { replicas: 2 } },
      { headers: { 'content-type': 'application/merge-patch+json' } },
    );
  assert.equal((await under({ spec: about('deployments'), binding: deny }, scale)).message, '');
  const { message } = await under({ spec: about('deployments/scale'), binding: deny }, scale);
  const options = '{"apiVersion":"meta.k8s.io/v1", "dryRun":["All"], "fieldManager":"me", "kind":"UpdateOptions"}';
  assert.equal(
    message,
    `deployments.apps "d" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: Scale of 1 to 2, ${options}`,
  );
});

test('parameters of a kind that is not there refuse everything that the policy is about', async () => {
  const spec = { paramKind: { apiVersion: 'example.com/v1', kind: 'None' }, validations: [{ expression: 'true' }] };
  const { message } = await under(
    { spec, binding: { ...deny, paramRef: { name: 'a', parameterNotFoundAction: 'Allow' } } },
    () => write({}),
  );
  assert.match(
    message,
    /Policy 'p' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'example.com\/v1, Kind=None'$/,
  );
});
