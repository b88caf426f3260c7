import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { selfSigned } from '../../pki/index.ts';
import { type AuditScene, auditScene } from './audit-scene.ts';

const { key, cert } = selfSigned(['127.0.0.1'], { clock: systemClock, random: seededRandom(1) });
const caBundle = Buffer.from(cert).toString('base64');
type Reply = Record<string, unknown>;
const replies: Readonly<Record<string, Reply>> = {
  '/say': { auditAnnotations: { said: 'a', 'not a name': 'b' } },
  '/patch': { patchType: 'JSONPatch', patch: base64([{ value: '<1>', path: '/data/patched', op: 'add' }]) },
  '/same': { patchType: 'JSONPatch', patch: base64([{ op: 'replace', path: '/data/a', value: 'b' }]) },
  '/deny': { allowed: false, auditAnnotations: { said: 'no' } },
};

const server = createServer({ key, cert }, (request, response) => {
  void json(request).then((review) => {
    const { apiVersion, kind, request: r } = review as { apiVersion: string; kind: string; request: { uid: string } };
    const reply = replies[(request.url ?? '').replace(/\?.*/, '')];
    response.end(JSON.stringify({ apiVersion, kind, response: { uid: r.uid, allowed: true, ...reply } }));
  });
}).listen(0, '127.0.0.1');

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

let scene: AuditScene;
let url = '';
before(async () => {
  await once(server, 'listening');
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  scene = await auditScene({
    rules: [{ level: 'Metadata', namespaces: ['quiet'] }, { level: 'RequestResponse' }],
  });
  const strict = { 'pod-security.kubernetes.io/enforce': 'baseline', 'pod-security.kubernetes.io/audit': 'restricted' };
  for (const [name, labels] of [
    ['ns', {}],
    ['quiet', {}],
    ['strict', strict],
    ['wrong', { 'pod-security.kubernetes.io/warn': 'nonsense' }],
  ] as const) {
    await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    // Not even a wrong label keeps a namespace from being made by who does so behind the back of admission.
    if (Object.keys(labels).length)
      await scene.ask('PATCH', `/api/v1/namespaces/${name}`, { metadata: { labels } }, merge);
  }
});
after(() => {
  scene.stop();
  server.close();
});

const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
const group = '/apis/admissionregistration.k8s.io/v1';
const configMaps = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] };

/** What is told of a write, besides who let it through. */
async function annotations(...request: Parameters<AuditScene['ask']>): Promise<Record<string, string>> {
  scene.told();
  await scene.ask(...request);
  const told = { ...scene.last().annotations };
  for (const name of ['decision', 'reason']) delete told[`authorization.k8s.io/${name}`];
  return told;
}

const create = (data: Record<string, string> = { a: 'b' }, namespace = 'ns') =>
  annotations('POST', `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, { metadata: { name: 'x' }, data });

async function under<T>(objects: readonly (readonly [string, object])[], act: () => Promise<T>): Promise<T> {
  const made: string[] = [];
  try {
    for (const [plural, rest] of objects) {
      const { message } = await scene.ask('POST', `${group}/${plural}`, { metadata: { name: 'c' }, ...rest });
      assert.equal(message, '');
      made.push(plural);
    }
    return await act();
  } finally {
    for (const plural of made.reverse()) await scene.ask('DELETE', `${group}/${plural}/c`);
  }
}

const webhook = (path: string, more: object = {}) => ({
  name: `${path.slice(1)}.example.com`,
  clientConfig: { url: `${url}${path}`, caBundle },
  rules: [configMaps],
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  timeoutSeconds: 1,
  ...more,
});
const dead = { clientConfig: { url: 'https://127.0.0.1:1/' }, failurePolicy: 'Ignore' };

test('what mutating webhooks do is noted, each in its place and round', async () => {
  const webhooks = [
    webhook('/other', { rules: [{ ...configMaps, resources: ['pods'] }] }),
    webhook('/say', { reinvocationPolicy: 'IfNeeded' }),
    webhook('/patch'),
    webhook('/same'),
    webhook('/dead', dead),
  ];
  const [loud, quiet] = await under([['mutatingwebhookconfigurations', { webhooks }]], async () => [
    await create(),
    await create(undefined, 'quiet'),
  ]);
  const done = (name: string, mutated: boolean) =>
    `{"configuration":"c","webhook":"${name}.example.com","mutated":${mutated}}`;
  const patched = (name: string, patch: string) =>
    `{"configuration":"c","webhook":"${name}.example.com","patch":[${patch}],"patchType":"JSONPatch"}`;
  const always = {
    'failed-open.mutation.webhook.admission.k8s.io/round_0_index_4': 'dead.example.com',
    'mutation.webhook.admission.k8s.io/round_0_index_1': done('say', false),
    'mutation.webhook.admission.k8s.io/round_0_index_2': done('patch', true),
    'mutation.webhook.admission.k8s.io/round_0_index_3': done('same', false),
    'mutation.webhook.admission.k8s.io/round_0_index_4': done('dead', false),
    'mutation.webhook.admission.k8s.io/round_1_index_1': done('say', false),
    'say.example.com/said': 'a',
  };
  assert.deepEqual(loud, {
    ...always,
    'patch.webhook.admission.k8s.io/round_0_index_2': patched(
      'patch',
      String.raw`{"op":"add","path":"/data/patched","value":"\u003c1\u003e"}`,
    ),
    'patch.webhook.admission.k8s.io/round_0_index_3': patched('same', '{"op":"replace","path":"/data/a","value":"b"}'),
  });
  // A patch is as secret as what it is for.
  assert.deepEqual(quiet, always);
});

test('what validating webhooks say is noted, of refusals too', async () => {
  const other = webhook('/other', { rules: [{ ...configMaps, resources: ['pods'] }] });
  const webhooks = [other, webhook('/deny'), webhook('/dead', dead)];
  const told = await under([['validatingwebhookconfigurations', { webhooks }]], () => create());
  assert.deepEqual(told, {
    // Only those that are asked count.
    'failed-open.validating.webhook.admission.k8s.io/round_0_index_1': 'dead.example.com',
    'deny.example.com/said': 'no',
  });
});

test('policies say what their annotations do, and what they would refuse', async () => {
  const policy = (spec: object) => ['validatingadmissionpolicies', { metadata: { name: 'c' }, spec }] as const;
  const binding = (validationActions: string[]) =>
    ['validatingadmissionpolicybindings', { spec: { policyName: 'c', validationActions } }] as const;
  const spec = {
    matchConstraints: { resourceRules: [configMaps] },
    validations: [
      { expression: 'true' },
      { expression: "!('bad' in object.data)", message: 'no <bad>' },
      { expression: "!('worse' in object.data)" },
    ],
    auditAnnotations: [
      { key: 'name', valueExpression: "' name ' + object.metadata.name + ' '" },
      { key: 'nothing', valueExpression: 'null' },
      { key: 'long', valueExpression: "object.data.a + ''" },
    ],
  };
  const failure = (at: number, message: string) =>
    `[{"message":"${message}","policy":"c","binding":"c","expressionIndex":${at},"validationActions":["Audit"]}]`;
  const failed = 'validation.policy.admission.k8s.io/validation_failure';
  await under([policy(spec), binding(['Audit'])], async () => {
    const { 'c/long': long, ...told } = await create({ a: 'é'.repeat(10_000) });
    assert.deepEqual(told, { 'c/name': 'name x' });
    assert.equal(Buffer.byteLength(long!), 10 * 1024);
    assert.deepEqual(await create({ a: '', bad: '', worse: '' }), {
      'c/name': 'name x',
      [failed]: failure(1, String.raw`no \u003cbad\u003e`),
    });
    assert.equal(
      (await create({ a: '', worse: '' }))[failed],
      failure(2, "failed expression: !('worse' in object.data)"),
    );
  });
  await under([policy(spec), binding(['Deny'])], async () =>
    assert.deepEqual(await create({ a: '', bad: '' }), { 'c/name': 'name x' }),
  );
});

const aPod = (spec: object = {}) => ({
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});
const pods = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;

test('pods are noted with what they are held to, and with what only the audit log is to know', async () => {
  const enforced = 'pod-security.kubernetes.io/enforce-policy';
  const violations = 'pod-security.kubernetes.io/audit-violations';
  assert.deepEqual(await annotations('POST', pods('ns'), aPod()), { [enforced]: 'privileged:latest' });
  const told = await annotations('POST', pods('strict'), aPod());
  assert.deepEqual(Object.keys(told).sort(), [violations, enforced]);
  assert.equal(told[enforced], 'baseline:latest');
  assert.match(
    told[violations]!,
    /^would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(/,
  );
  const refused = await annotations('POST', pods('strict'), {
    ...aPod({ hostNetwork: true }),
    metadata: { name: 'q' },
  });
  assert.match(refused[violations]!, /host namespaces \(hostNetwork=true\)/);
  // What can't make a pod worse isn't looked at.
  const labels = { metadata: { labels: { a: 'b' } } };
  assert.deepEqual(await annotations('PATCH', `${pods('strict')}/p`, labels, merge), {});
  assert.deepEqual(await annotations('PATCH', `${pods('ns')}/p`, labels, merge), { [enforced]: 'privileged:latest' });
  const template = { ...aPod({ hostPID: true }), metadata: { labels: { a: 'b' } } };
  const deployment = {
    metadata: { name: 'd' },
    spec: { selector: { matchLabels: { a: 'b' } }, template },
  };
  const maker = await annotations('POST', '/apis/apps/v1/namespaces/strict/deployments', deployment);
  assert.deepEqual(Object.keys(maker), [violations]);
  assert.deepEqual(await annotations('POST', '/apis/apps/v1/namespaces/ns/deployments', deployment), {});
});

test('requests that took long are told of with where the time went', async () => {
  const latency = 'apiserver.latency.k8s.io/';
  const webhooks = [webhook('/slow', { timeoutSeconds: 30 })];
  const told = await under([['validatingwebhookconfigurations', { webhooks }]], async () => {
    const asked = create();
    // Time passes before any answer can come through a socket.
    await scene.clock.advance(700);
    return asked;
  });
  assert.equal(told[`${latency}total`], '700ms');
  const quick = await create();
  assert.deepEqual(
    Object.keys(quick).filter((name) => name.startsWith(latency)),
    [],
  );
});
