import assert from 'node:assert/strict';
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { after, before, test } from 'node:test';
import { aUser, serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
before(async () => {
  scene = await serverScene();
  const rbac = 'rbac.authorization.k8s.io';
  await scene.given(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { name: 'readers', namespace: 'ns' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'readers', namespace: 'ns' },
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'readers' },
      subjects: [
        { apiGroup: rbac, kind: 'User', name: 'ada' },
        { kind: 'ServiceAccount', name: 'default', namespace: 'ns' },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'broken', namespace: 'ns' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'lost' },
      subjects: [{ apiGroup: rbac, kind: 'User', name: 'bob' }],
    },
  );
});
after(() => scene.stop());

const statusOf = async (resource: string, spec: unknown, user?: string): Promise<unknown> => {
  const path = resource.startsWith('token') ? 'authentication.k8s.io' : 'authorization.k8s.io';
  const { body, message } = await scene.ask(
    'POST',
    `/apis/${path}/v1/${resource}`,
    { spec },
    user ? { user: aUser(user) } : {},
  );
  return message || body['status'];
};

test('an access review says which binding allows', async () => {
  const may = (user: string, resourceAttributes: unknown) =>
    statusOf('subjectaccessreviews', { user, resourceAttributes });
  const reading = { namespace: 'ns', verb: 'get', resource: 'pods' };
  assert.deepEqual(await may('ada', reading), {
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "readers/ns" of Role "readers" to User "ada"',
  });
  assert.deepEqual(await may('system:serviceaccount:ns:default', reading), {
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "readers/ns" of Role "readers" to ServiceAccount "default/ns"',
  });
  assert.deepEqual(await may('ada', { ...reading, namespace: 'other' }), { allowed: false });
  assert.deepEqual(await may('bob', reading), {
    allowed: false,
    reason: 'RBAC: clusterrole.rbac.authorization.k8s.io "lost" not found',
  });
});

test('a question about oneself, and about everything', async () => {
  const resourceAttributes = { namespace: 'ns', verb: 'list', resource: 'pods' };
  const mine = await statusOf('selfsubjectaccessreviews', { resourceAttributes }, 'ada');
  assert.equal((mine as { allowed: boolean }).allowed, true);
  const rules = (await statusOf('selfsubjectrulesreviews', { namespace: 'ns' }, 'ada')) as { resourceRules: unknown[] };
  assert.deepEqual(
    rules.resourceRules.find((r) => JSON.stringify(r).includes('"pods"')),
    { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] },
  );
  assert.equal(await statusOf('selfsubjectrulesreviews', {}, 'ada'), 'no namespace on request');
});

test('what the server keeps of metadata is no part of a question; the rest is told in order', async () => {
  const ask = async (path: string, metadata: object) => {
    const spec = { user: 'ada', resourceAttributes: { namespace: 'ns', verb: 'get', resource: 'pods' } };
    const { status, message } = await scene.ask('POST', `/apis/authorization.k8s.io/v1/${path}`, { metadata, spec });
    return status < 300 ? 'allowed' : message.replace(/,"managedFields".*\}\]/, '');
  };
  const own = { uid: 'u', creationTimestamp: '2030-01-01T00:00:00Z' };
  assert.equal(await ask('subjectaccessreviews', own), 'allowed');
  assert.equal(
    await ask('namespaces/ns/localsubjectaccessreviews', { ...own, labels: { a: 'b' } }),
    '.authorization.k8s.io "" is invalid: metadata: Invalid value: {"namespace":"ns","labels":{"a":"b"}}: must be empty except for namespace',
  );
});

test('what masters may do is told once, by the roles they are bound to', async () => {
  const { body } = await scene.ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
    spec: { namespace: 'ns' },
  });
  const { resourceRules } = body['status'] as { resourceRules: { resources: string[] }[] };
  assert.equal(resourceRules.filter(({ resources }) => resources.includes('*')).length, 1);
});

test('questions that make no sense', async () => {
  const group = '.authorization.k8s.io "" is invalid:';
  const cases: [unknown, string][] = [
    [
      { user: 'a' },
      `${group} spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified`,
    ],
    [
      { resourceAttributes: {} },
      `${group} spec.user: Invalid value: "": at least one of user or group must be specified`,
    ],
    [
      { user: 'a', resourceAttributes: { fieldSelector: {} } },
      `${group} spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required`,
    ],
  ];
  for (const [spec, want] of cases) assert.equal(await statusOf('subjectaccessreviews', spec), want);
});

test('a review is made and nothing else', async () => {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  assert.equal((await scene.ask('GET', path)).status, 405);
  assert.equal((await scene.ask('GET', `${path}/x`)).status, 404);
});

test("a service account's token: who it is, and what ends it", async () => {
  await scene.given({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
  const tokens = '/api/v1/namespaces/ns/serviceaccounts/default/token';
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'p' };
  const made = await scene.ask('POST', tokens, { spec: { boundObjectRef, expirationSeconds: 3607 } });
  assert.equal(made.status, 201);
  const { token } = made.body['status'] as { token: string };
  const review = (more = {}) => statusOf('tokenreviews', { token, ...more }) as Promise<Record<string, unknown>>;
  const known = (await review()) as {
    authenticated: boolean;
    user: { username: string; extra: Record<string, unknown> };
  };
  assert.equal(known.authenticated, true);
  assert.equal(known.user.username, 'system:serviceaccount:ns:default');
  assert.deepEqual(known.user.extra['authentication.kubernetes.io/pod-name'], ['p']);
  assert.equal(
    (await review({ audiences: ['other'] }))['error'],
    '[invalid bearer token, token audiences ["https://kubernetes.default.svc"] is invalid for the target audiences ["other"]]',
  );
  const asBearer = () =>
    scene.ask('GET', '/api/v1/namespaces/ns/pods', undefined, {
      user: null,
      headers: { authorization: `Bearer ${token}` },
    });
  assert.equal((await asBearer()).status, 200);
  // The lifetime that projected volumes ask for is stretched, for clients that never read their token again.
  await scene.clock.advance(2 * 3600 * 1000);
  assert.equal((await asBearer()).status, 200);
  await scene.ask('DELETE', '/api/v1/namespaces/ns/pods/p?gracePeriodSeconds=0');
  assert.equal((await review())['error'], '[invalid bearer token, service account token has been invalidated]');
  assert.equal((await asBearer()).status, 401);
});

test("others verify tokens by the server's published keys", async () => {
  const { body } = await scene.ask('GET', '/.well-known/openid-configuration');
  assert.equal(body['issuer'], 'https://kubernetes.default.svc');
  const made = await scene.ask('POST', '/api/v1/namespaces/ns/serviceaccounts/default/token', { spec: {} });
  const { token } = made.body['status'] as { token: string };
  const [head = '', claims = '', signature = ''] = token.split('.');
  const { keys } = (await scene.ask('GET', '/openid/v1/jwks')).body as { keys: (JsonWebKey & { kid: string })[] };
  const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
  const key = createPublicKey({ key: keys.find((k) => k.kid === kid)!, format: 'jwk' });
  const signed = Buffer.from(`${head}.${claims}`);
  assert.ok(verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')));
});

test('a token that has expired, clocks differing by a minute at most', async () => {
  const made = await scene.ask('POST', '/api/v1/namespaces/ns/serviceaccounts/default/token', {
    spec: { expirationSeconds: 600 },
  });
  const { token } = made.body['status'] as { token: string };
  await scene.clock.advance(659_000);
  const still = (await statusOf('tokenreviews', { token })) as { authenticated: boolean };
  assert.equal(still.authenticated, true);
  await scene.clock.advance(2_000);
  const told = (await statusOf('tokenreviews', { token })) as { error: string };
  assert.equal(told.error, '[invalid bearer token, service account token has expired]');
});

test('what may not be asked of a token', async () => {
  const ask = async (spec: unknown) =>
    (await scene.ask('POST', '/api/v1/namespaces/ns/serviceaccounts/default/token', { spec })).message;
  const invalid = 'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value:';
  assert.equal(
    await ask({ expirationSeconds: 599 }),
    `${invalid} 599: may not specify a duration less than 10 minutes`,
  );
  assert.equal(await ask({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'no' } }), 'pods "no" not found');
  assert.equal(
    await ask({ boundObjectRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } }),
    'cannot bind token to object of type apps/v1, Kind=Deployment',
  );
});

test('nobody in particular, and somebody with a bad token', async () => {
  const get = (path: string, headers = {}) => scene.ask('GET', path, undefined, { user: null, headers });
  for (const path of ['/healthz', '/livez', '/readyz', '/version']) assert.equal((await get(path)).status, 200);
  for (const path of ['/metrics', '/api', '/openapi/v3']) {
    assert.equal((await get(path)).message, `forbidden: User "system:anonymous" cannot get path "${path}"`);
  }
  assert.equal((await get('/api/v1/pods', { authorization: 'Bearer nonsense' })).status, 401);
});

test('acting as somebody else', async () => {
  const asAda = { 'impersonate-user': 'ada' };
  const whoami = (user: string, headers: Record<string, string>) =>
    scene.ask('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { user: aUser(user), headers });
  const refused = await whoami('bob', asAda);
  assert.equal(
    refused.message,
    'selfsubjectreviews.authentication.k8s.io is forbidden: User "bob" cannot impersonate-on:user-info:create resource "selfsubjectreviews" in API group "authentication.k8s.io" at the cluster scope',
  );
  const { body } = await scene.ask(
    'POST',
    '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    {},
    {
      // Two headers of a name come as one; a comma alone is part of a name.
      headers: { ...asAda, 'impersonate-group': 'cn=devs,ou=a, ops', 'impersonate-extra-scopes': 'x' },
    },
  );
  assert.deepEqual((body['status'] as { userInfo: unknown }).userInfo, {
    username: 'ada',
    groups: ['cn=devs,ou=a', 'ops', 'system:authenticated'],
    extra: { scopes: ['x'] },
  });
});

test('who acts as somebody unauthenticated isn’t authenticated', async () => {
  const headers = { 'impersonate-user': 'ada', 'impersonate-group': 'system:unauthenticated' };
  const { body } = await scene.ask('GET', '/api/v1/namespaces/ns/pods', undefined, { headers });
  assert.equal(body['kind'], 'PodList');
  const who = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  assert.equal((await scene.ask('POST', who, {}, { headers })).status, 403);
});

test('a second space before a token is warned of', async () => {
  const ask = (authorization: string) =>
    scene.ask('GET', '/version', undefined, { user: null, headers: { authorization } });
  const { status, headers } = await ask('Bearer  token');
  assert.equal(status, 200);
  assert.deepEqual(headers['warning'], [
    '299 - "the provided Authorization header contains extra space before the bearer token, and is ignored"',
  ]);
});
