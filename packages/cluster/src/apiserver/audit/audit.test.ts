import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { admin, aUser } from '../server-scene.ts';
import { type AuditScene, auditScene, type ToldEvent } from './audit-scene.ts';
import type { Policy } from './policy.ts';

const policy: Policy = {
  rules: [
    { level: 'None', nonResourceURLs: ['/healthz*'] },
    { level: 'Metadata', resources: [{ resources: ['secrets'] }] },
    { level: 'Request', namespaces: ['requests'], omitStages: ['RequestReceived'] },
    { level: 'RequestResponse', namespaces: ['bare'], omitManagedFields: true },
    { level: 'RequestResponse' },
  ],
};

let scene: AuditScene;
before(async () => {
  scene = await auditScene(policy);
  for (const name of ['ns', 'requests', 'bare'])
    await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
});
after(() => scene.stop());

const configMaps = (namespace = 'ns') => `/api/v1/namespaces/${namespace}/configmaps`;
const aConfigMap = (name: string, data: Record<string, string> = { a: 'b' }) => ({ metadata: { name }, data });

/** The stages that a request is told of, and the last event. */
async function asked(...request: Parameters<AuditScene['ask']>): Promise<{ stages: string[]; event: ToldEvent }> {
  scene.told();
  await scene.ask(...request);
  const events = scene.told();
  return { stages: events.map((e) => e.stage), event: events.at(-1)! };
}

test('a request is told of when it comes and when it is answered, with what was sent and what was answered', async () => {
  scene.told();
  await scene.ask('POST', `${configMaps()}?fieldManager=me`, aConfigMap('whole'), {
    headers: {
      'audit-id': 'mine',
      'user-agent': 'test/1',
      'x-forwarded-for': '1.2.3.4, x, ::FFFF:5.6.7.8',
      'x-real-ip': '9.9.9.9',
    },
  });
  const [received, complete, ...more] = scene.told();
  assert.deepEqual(more, []);
  const common = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: 'mine',
    requestURI: `${configMaps()}?fieldManager=me`,
    verb: 'create',
    user: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
    sourceIPs: ['1.2.3.4', '5.6.7.8', '9.9.9.9'],
    userAgent: 'test/1',
  };
  const { requestReceivedTimestamp, stageTimestamp, ...first } = received!;
  assert.equal(stageTimestamp, requestReceivedTimestamp);
  assert.match(stageTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  const objectRef = { resource: 'configmaps', namespace: 'ns', apiVersion: 'v1' };
  assert.deepEqual(first, { ...common, stage: 'RequestReceived', objectRef });
  const { requestReceivedTimestamp: _r, stageTimestamp: _s, responseObject, ...second } = complete!;
  assert.deepEqual(second, {
    ...common,
    stage: 'ResponseComplete',
    objectRef: { ...objectRef, name: 'whole' },
    responseStatus: { metadata: {}, code: 201 },
    requestObject: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'whole' }, data: { a: 'b' } },
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
  });
  const { metadata, ...answered } = responseObject as { metadata: { managedFields: unknown[] } };
  assert.deepEqual(answered, { kind: 'ConfigMap', apiVersion: 'v1', data: { a: 'b' } });
  assert.equal(metadata.managedFields.length, 1);
});

test('members stand in upstream’s order', async () => {
  const { event } = await asked('GET', `${configMaps()}/whole`);
  assert.deepEqual(Object.keys(event), [
    'kind',
    'apiVersion',
    'level',
    'auditID',
    'stage',
    'requestURI',
    'verb',
    'user',
    'objectRef',
    'responseStatus',
    'responseObject',
    'requestReceivedTimestamp',
    'stageTimestamp',
    'annotations',
  ]);
});

test('no more is told than the level asks for', async () => {
  const secret = { metadata: { name: 's' }, stringData: { password: 'hush' } };
  await asked('POST', '/api/v1/namespaces/ns/secrets', secret);
  for (const [method, body] of [
    ['GET', undefined],
    ['PUT', { ...secret, metadata: { name: 's', uid: '', resourceVersion: '' } }],
    ['DELETE', { gracePeriodSeconds: 0 }],
  ] as const) {
    scene.told();
    await scene.ask(method, '/api/v1/namespaces/ns/secrets/s', body);
    const told = scene.told();
    assert.equal(told.length, 2);
    for (const event of told) {
      assert.equal(event.level, 'Metadata');
      assert.ok(!('requestObject' in event) && !('responseObject' in event));
      assert.doesNotMatch(JSON.stringify(event), /hush|aHVzaA/);
    }
  }
  const { stages, event } = await asked('POST', configMaps('requests'), aConfigMap('x'));
  assert.deepEqual(stages, ['ResponseComplete']);
  assert.deepEqual(event.requestObject, { kind: 'ConfigMap', apiVersion: 'v1', ...aConfigMap('x') });
  assert.ok(!('responseObject' in event));
  assert.deepEqual((await asked('GET', '/healthz')).stages, []);
});

test('what says who owns fields is left out where that is asked for: of objects, lists and tables', async () => {
  const table = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' };
  await asked('POST', configMaps('bare'), aConfigMap('x'));
  const sent = {
    ...aConfigMap('x'),
    metadata: { name: 'x', managedFields: [{ manager: 'm', operation: 'Update', apiVersion: 'v1' }] },
  };
  const requests: readonly Parameters<AuditScene['ask']>[] = [
    ['GET', `${configMaps('bare')}/x`],
    ['GET', configMaps('bare')],
    ['GET', configMaps('bare'), undefined, { headers: table }],
    ['GET', `${configMaps('bare')}?includeObject=Object`, undefined, { headers: table }],
    ['PUT', `${configMaps('bare')}/x`, sent],
  ];
  for (const request of requests) {
    const { event } = await asked(...request);
    assert.ok(event.responseObject);
    assert.doesNotMatch(JSON.stringify(event), /managedFields/);
    assert.match(JSON.stringify(event), /"name":"x"/);
  }
});

test('answers are told as what they are, whatever form they go out in', async () => {
  const path = `${configMaps()}/whole`;
  const plain = (await asked('GET', path)).event.responseObject;
  for (const accept of ['application/yaml', 'application/vnd.kubernetes.protobuf']) {
    assert.deepEqual((await asked('GET', path, undefined, { headers: { accept } })).event.responseObject, plain);
    const list = (await asked('GET', configMaps(), undefined, { headers: { accept } })).event.responseObject;
    assert.deepEqual(list, (await asked('GET', configMaps())).event.responseObject);
  }
  const partial = 'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
  const told = (await asked('GET', path, undefined, { headers: { accept: partial } })).event.responseObject;
  assert.deepEqual((told as { kind: string }).kind, 'PartialObjectMetadata');
});

test('refusals are told with what their clients are told', async () => {
  const missing = (await asked('GET', `${configMaps()}/nope`)).event;
  const status = {
    status: 'Failure',
    message: 'configmaps "nope" not found',
    reason: 'NotFound',
    details: { name: 'nope', kind: 'configmaps' },
    code: 404,
  };
  assert.deepEqual(missing.responseStatus, { metadata: {}, ...status });
  assert.deepEqual(missing.responseObject, { kind: 'Status', apiVersion: 'v1', metadata: {}, ...status });
  const unreadable = (await asked('GET', `${configMaps()}/whole`, undefined, { headers: { accept: 'text/csv' } }))
    .event;
  assert.deepEqual(unreadable.responseStatus, { metadata: {}, code: 406 });
  assert.ok(!('responseObject' in unreadable));
  const forbidden = (await asked('GET', `${configMaps()}/whole`, undefined, { user: aUser('jane') })).event;
  assert.equal(forbidden.responseStatus?.['code'], 403);
  assert.equal(forbidden.annotations?.['authorization.k8s.io/decision'], 'forbid');
});

test('of credentials that are no good nobody knows whose they are', async () => {
  const credentials = { user: null, headers: { authorization: 'Bearer wrong' } };
  const { stages, event } = await asked('GET', configMaps(), undefined, credentials);
  assert.deepEqual(stages, ['ResponseStarted']);
  assert.deepEqual(event.user, {});
  assert.equal(event.responseStatus?.['message'], 'Unauthorized');
  const unreadable = { ...credentials, headers: { ...credentials.headers, accept: 'text/csv' } };
  assert.deepEqual((await asked('GET', configMaps(), undefined, unreadable)).event.responseStatus, {
    metadata: {},
    message: 'Authentication failed, attempted: bearer',
    code: 401,
  });
  const late = await asked('GET', `${configMaps()}?timeout=soon`);
  assert.deepEqual(late.stages, ['ResponseStarted']);
  assert.match(String(late.event.responseStatus?.['message']), /^invalid timeout specified in the request URL/);
});

test('patches are told as they were sent', async () => {
  const path = `${configMaps()}/whole`;
  const patch = (type: string, text: string, query = '') =>
    asked('PATCH', `${path}${query}`, Buffer.from(text), { headers: { 'content-type': type } });
  const merged = await patch('application/merge-patch+json', '{"data": {"c": "d"}}');
  assert.deepEqual(merged.event.requestObject, { data: { c: 'd' } });
  assert.equal((merged.event.responseObject as { data: { c: string } }).data.c, 'd');
  const operations = [{ op: 'add', path: '/data/e', value: 'f' }];
  const steps = await patch('application/json-patch+json', JSON.stringify(operations));
  assert.deepEqual(steps.event.requestObject, operations);
  const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: whole}\n';
  const applied = await patch('application/apply-patch+yaml', yaml, '?fieldManager=m');
  assert.equal(applied.event.requestObject, yaml);
  assert.equal(applied.event.responseStatus?.['code'], 200);
  const broken = await patch('application/merge-patch+json', '{"data":');
  assert.equal(broken.event.requestObject, '{"data":');
  assert.equal(broken.event.responseStatus?.['code'], 400);
});

test('options of a deletion are told when they were sent', async () => {
  await scene.ask('POST', configMaps(), aConfigMap('gone'));
  const dry = await asked('DELETE', `${configMaps()}/gone?dryRun=All`);
  assert.ok(!('requestObject' in dry.event));
  const { event } = await asked('DELETE', `${configMaps()}/gone`, { gracePeriodSeconds: 0 });
  assert.deepEqual(event.requestObject, {
    kind: 'DeleteOptions',
    apiVersion: 'meta.k8s.io/__internal',
    gracePeriodSeconds: 0,
  });
  assert.equal(event.responseStatus?.['status'], 'Success');
});

test('who acts as somebody else is told with both', async () => {
  const headers = {
    'impersonate-user': 'jane',
    'impersonate-group': 'dev',
    'impersonate-uid': '7',
    'impersonate-extra-a': 'b',
  };
  const { event } = await asked('GET', configMaps(), undefined, { user: admin, headers });
  assert.deepEqual(event.impersonatedUser, {
    username: 'jane',
    uid: '7',
    groups: ['dev', 'system:authenticated'],
    extra: { a: ['b'] },
  });
  assert.ok(!('authenticationMetadata' in event));
});

// Each as a kube-apiserver 1.36.3 tells it of a requestor who may do anything and has asked for nothing else before.
const ways: readonly (readonly [Record<string, string>, string | undefined, readonly string[]])[] = [
  [{ user: 'jane', group: 'dev' }, 'impersonate:user-info', ['dev', 'system:authenticated']],
  [{ user: 'jane', group: 'system:masters' }, undefined, ['system:masters', 'system:authenticated']],
  [{ user: 'jane', 'extra-plain': 'v' }, undefined, ['system:authenticated']],
  [{ user: 'system:node:n' }, 'impersonate:arbitrary-node', ['system:nodes', 'system:authenticated']],
  [
    { user: 'system:serviceaccount:ns:default' },
    'impersonate:serviceaccount',
    ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
  ],
];
for (const [i, [wanted, constraint, groups]] of ways.entries()) {
  test(`the narrowest way to act as ${JSON.stringify(wanted)} is taken`, async () => {
    const headers = Object.fromEntries(Object.entries(wanted).map(([name, value]) => [`impersonate-${name}`, value]));
    const { event } = await asked('GET', configMaps(), undefined, { user: { ...admin, name: `admin-${i}` }, headers });
    assert.equal(event.authenticationMetadata?.impersonationConstraint, constraint);
    assert.deepEqual(event.impersonatedUser?.groups, groups);
  });
}

test('who may act as somebody else in a narrow way is told with the way', async () => {
  const rules = [
    { apiGroups: ['authentication.k8s.io'], resources: ['users'], verbs: ['impersonate:user-info'] },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['impersonate-on:user-info:list'] },
  ];
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await scene.ask('POST', `${rbac}/clusterroles`, { metadata: { name: 'narrow' }, rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'narrow' };
  const subjects = [{ kind: 'User', name: 'joe', apiGroup: 'rbac.authorization.k8s.io' }];
  await scene.ask('POST', `${rbac}/clusterrolebindings`, { metadata: { name: 'narrow' }, roleRef, subjects });
  const { event } = await asked('GET', configMaps(), undefined, {
    user: aUser('joe'),
    headers: { 'impersonate-user': 'jane' },
  });
  assert.equal(event.impersonatedUser?.username, 'jane');
  assert.deepEqual(event.authenticationMetadata, { impersonationConstraint: 'impersonate:user-info' });
});

test('a long user agent is cut', async () => {
  const agent = 'x'.repeat(1030);
  const { event } = await asked('GET', configMaps(), undefined, { headers: { 'user-agent': agent } });
  assert.equal(event.userAgent, `${'x'.repeat(1024)}...TRUNCATED`);
});

test('deprecated resources are marked', async () => {
  assert.equal(
    (await asked('GET', '/api/v1/namespaces/ns/endpoints')).event.annotations?.['k8s.io/deprecated'],
    'true',
  );
  assert.equal((await asked('GET', configMaps())).event.annotations?.['k8s.io/deprecated'], undefined);
});

test('a token that is given out is known by its id', async () => {
  const path = '/api/v1/namespaces/ns/serviceaccounts/default/token';
  const { event } = await asked('POST', path, { spec: {} });
  assert.match(event.annotations?.['authentication.kubernetes.io/issued-credential-id'] ?? '', /^JTI=[0-9a-f-]{36}$/);
});

test('what there is to say of old tokens is told', async () => {
  const account = (await scene.ask('GET', '/api/v1/namespaces/ns/serviceaccounts/default')).body as {
    metadata: { uid: string };
  };
  const { uid } = account.metadata;
  const now = Math.floor(scene.clock.now() / 1000);
  const sub = 'system:serviceaccount:ns:default';
  const bearer = (token: string) => ({ user: null, headers: { authorization: `Bearer ${token}` } });
  const claims = { iss: 'https://kubernetes.default.svc', sub, aud: ['https://kubernetes.default.svc'], jti: 'j' };
  const projected = { namespace: 'ns', serviceaccount: { name: 'default', uid }, warnafter: now - 5 };
  const times = { iat: now - 100, nbf: now - 100, exp: now + 100 };
  const stale = scene.tokens.sign({ ...claims, ...times, 'kubernetes.io': projected });
  const notes = async (token: string) => {
    const { event } = await asked('GET', '/version', undefined, bearer(token));
    assert.equal(event.user.username, sub);
    const told = Object.entries(event.annotations ?? {}).filter(([name]) => name.startsWith('authentication.k8s.io/'));
    return Object.fromEntries(told);
  };
  assert.deepEqual(await notes(stale), {
    'authentication.k8s.io/stale-token': `subject: ${sub}, seconds after warning threshold: 5`,
  });
  const of = 'kubernetes.io/serviceaccount';
  const legacy = scene.tokens.sign({
    iss: 'kubernetes/serviceaccount',
    sub,
    [`${of}/namespace`]: 'ns',
    [`${of}/secret.name`]: 'held',
    [`${of}/service-account.name`]: 'default',
    [`${of}/service-account.uid`]: uid,
  } as never);
  await scene.ask('POST', '/api/v1/namespaces/ns/secrets', {
    metadata: { name: 'held' },
    stringData: { token: legacy },
  });
  assert.deepEqual(await notes(legacy), {
    'authentication.k8s.io/legacy-token': sub,
    'authentication.k8s.io/legacy-token-manual-secret': 'held',
  });
  await scene.ask(
    'PATCH',
    '/api/v1/namespaces/ns/serviceaccounts/default',
    { secrets: [{ name: 'held' }] },
    {
      headers: { 'content-type': 'application/merge-patch+json' },
    },
  );
  assert.equal((await notes(legacy))['authentication.k8s.io/legacy-token-autogenerated-secret'], 'held');
  await scene.ask(
    'PATCH',
    '/api/v1/namespaces/ns/secrets/held',
    { metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } } },
    { headers: { 'content-type': 'application/merge-patch+json' } },
  );
  const { event: refused } = await asked('GET', '/version', undefined, bearer(legacy));
  assert.deepEqual(refused.annotations, {
    'authentication.k8s.io/legacy-token': sub,
    'authentication.k8s.io/legacy-token-invalidated': 'held/ns',
  });
});

test('what streams is told of when it begins and when it ends', async () => {
  scene.told();
  const stop = new AbortController();
  const response = await scene.server.handle({
    method: 'GET',
    path: `${configMaps()}?watch=true`,
    headers: {},
    user: admin,
    objects: false,
    signal: stop.signal,
    body: () => Promise.resolve(undefined),
  });
  assert.equal(response.body.type, 'stream');
  const stages = () => scene.told().map((e) => `${e.stage} ${String(e.responseStatus?.['code'])}`);
  assert.deepEqual(stages(), ['RequestReceived undefined', 'ResponseStarted 200']);
  stop.abort();
  assert.deepEqual(stages(), ['ResponseComplete 200']);
  const refused = await asked('GET', `${configMaps()}?watch=true&resourceVersion=abc`);
  assert.deepEqual(refused.stages, ['RequestReceived', 'ResponseStarted', 'ResponseComplete']);
});

test('in-process requests are told of too, from this machine and under ids of their own', async () => {
  scene.told();
  const transport = scene.server.transport(aUser('system:kube-scheduler'));
  await transport.send({ method: 'GET', path: `${configMaps()}/whole` });
  const event = scene.last();
  assert.match(event.auditID, /^[0-9a-f-]{36}$/);
  assert.deepEqual(event.sourceIPs, ['127.0.0.1']);
  assert.equal(event.user.username, 'system:kube-scheduler');
});

test('metrics count levels, events and what was refused', async () => {
  const text = await scene.metrics.metrics();
  assert.match(text, /^apiserver_audit_event_total \d+$/m);
  // Nobody waits for the server's own note of when a secret's token was used, which is one of them.
  assert.match(text, /^apiserver_audit_level_total\{level="Metadata"\} [67]$/m);
  assert.match(text, /^apiserver_audit_level_total\{level="None"\} 1$/m);
  assert.match(text, /^apiserver_audit_requests_rejected_total 0$/m);
});

test('a request that can’t be told of isn’t done, where that is strict', async () => {
  const strict = await auditScene(
    { rules: [{ level: 'Metadata' }] },
    { isStored: (e) => !e.requestURI.includes('?x=') },
  );
  const { status, text } = await strict.ask('POST', '/api/v1/namespaces?x=<&>', { metadata: { name: 'never' } });
  assert.equal(status, 500);
  assert.equal(text, 'Internal Server Error: "/api/v1/namespaces?x=&lt;&amp;&gt;": failed to store audit event\n');
  assert.equal((await strict.ask('GET', '/api/v1/namespaces/never')).status, 404);
  assert.match(await strict.metrics.metrics(), /^apiserver_audit_requests_rejected_total \d+$/m);
  strict.stop();
});

test('what breaks is told of as such', async () => {
  const broken = await auditScene(
    { rules: [{ level: 'RequestResponse' }] },
    {
      advertised: () => {
        throw new TypeError('oops');
      },
    },
  );
  assert.equal((await broken.ask('GET', '/api')).status, 500);
  const [, last, ...more] = broken.told();
  assert.deepEqual(more, []);
  assert.equal(last?.stage, 'Panic');
  assert.deepEqual(last?.responseStatus, {
    metadata: {},
    status: 'Failure',
    message: "APIServer panic'd: oops",
    reason: 'InternalError',
    code: 500,
  });
  broken.stop();
});
