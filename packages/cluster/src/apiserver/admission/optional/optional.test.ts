import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Toleration } from '@tiphys/sdk/api';
import { SimClock } from '@tiphys/sdk/testing';
import { seededRandom } from '@tiphys/sdk/runtime';
import { type Answer, aUser, serverScene, type ServerScene } from '../../server-scene.ts';
import { covers } from './pod-toleration-restriction.ts';
import { imagePolicyWebhook, readImagePolicy } from './image-policy-webhook.ts';

let scene: ServerScene;
before(async () => {
  const enable = [
    'AlwaysPullImages',
    'LimitPodHardAntiAffinityTopology',
    'PodNodeSelector',
    'PodTolerationRestriction',
    'ExtendedResourceToleration',
    'DenyServiceExternalIPs',
    'OwnerReferencesPermissionEnforcement',
    'NamespaceExists',
    'EventRateLimit',
  ];
  scene = await serverScene({
    admission: {
      enable,
      disable: ['DefaultTolerationSeconds'],
      nodeSelectors: { clusterDefaultNodeSelector: 'pool=any', narrow: 'pool=any,disk=ssd' },
      tolerations: {
        default: [{ key: 'usual', operator: 'Exists' }],
        whitelist: [{ key: 'usual', operator: 'Exists' }],
      },
      eventLimits: [
        { type: 'SourceAndObject', qps: 1, burst: 1 },
        { type: 'Namespace', qps: 1, burst: 2, cacheSize: 1 },
      ],
    },
  });
  const annotated = (name: string, annotations: Record<string, string> = {}) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, annotations },
  });
  const whitelist = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';
  await scene.given(
    annotated('plain'),
    annotated('narrow'),
    annotated('east', { 'scheduler.alpha.kubernetes.io/node-selector': 'zone=east' }),
    annotated('broken', { 'scheduler.alpha.kubernetes.io/node-selector': 'zone' }),
    annotated('open', { [whitelist]: '' }),
    annotated('unread', { [whitelist]: '{' }),
  );
});
after(() => scene.stop());

const tryPod = (namespace: string, spec: Record<string, unknown> = {}): Promise<Answer> =>
  scene.ask('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'x:1', imagePullPolicy: 'Never' }], ...spec },
  });
interface Spec {
  readonly nodeSelector?: object;
  readonly tolerations?: readonly Toleration[];
  readonly containers: readonly { readonly imagePullPolicy: string }[];
}
const specOf = ({ body, message }: Answer): Spec => {
  assert.equal(message, '');
  return body['spec'] as Spec;
};
const anti = (topologyKey: string) => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey }] } },
});
const gpus = { resources: { requests: { 'example.com/gpu': '1' }, limits: { 'example.com/gpu': '1' } } };
const usual = { key: 'usual', operator: 'Exists' };

test('images are pulled again, wherever they were', async () => {
  assert.equal(specOf(await tryPod('plain')).containers[0]?.imagePullPolicy, 'Always');
});

for (const [namespace, spec, want] of [
  ['plain', {}, { pool: 'any' }],
  ['plain', { nodeSelector: { disk: 'ssd' } }, { disk: 'ssd', pool: 'any' }],
  ['east', {}, { zone: 'east' }],
  ['narrow', { nodeSelector: { disk: 'ssd' } }, { disk: 'ssd', pool: 'any' }],
] as const) {
  test(`a pod of ${namespace} that selects ${JSON.stringify(spec)} goes to nodes of ${JSON.stringify(want)}`, async () => {
    assert.deepEqual(specOf(await tryPod(namespace, spec)).nodeSelector, want);
  });
}

for (const [namespace, spec, want] of [
  ['plain', {}, [usual]],
  ['open', { tolerations: [{ key: 'mine', operator: 'Exists' }] }, [{ key: 'mine', operator: 'Exists' }, usual]],
  [
    'open',
    { containers: [{ name: 'c', image: 'x', ...gpus }] },
    [usual, { key: 'example.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
  ],
] as const) {
  test(`a pod of ${namespace} with ${JSON.stringify(spec)} tolerates ${JSON.stringify(want)}`, async () => {
    assert.deepEqual(specOf(await tryPod(namespace, spec)).tolerations, want);
  });
}

const conflicting = 'pods "p" is forbidden: pod node label selector';
for (const [namespace, spec, want] of [
  [
    'plain',
    anti('zone'),
    '403 pods "p" is forbidden: affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey zone but only key kubernetes.io/hostname is allowed',
  ],
  ['plain', anti('kubernetes.io/hostname'), '201 '],
  ['plain', { nodeSelector: { pool: 'mine' } }, `403 ${conflicting} conflicts with its namespace node label selector`],
  ['narrow', { nodeSelector: { disk: 'hdd' } }, `403 ${conflicting} labels conflict with its namespace whitelist`],
  ['broken', {}, '500 invalid selector: [zone]'],
  [
    'plain',
    { tolerations: [{ operator: 'Exists' }] },
    '500 pod tolerations (possibly merged with namespace default tolerations) conflict with its cluster whitelist',
  ],
  ['unread', {}, '500 unexpected end of JSON input'],
] as const) {
  test(`a pod of ${namespace} with ${JSON.stringify(spec)}: ${want}`, async () => {
    const { status, message } = await tryPod(namespace, spec);
    assert.equal(`${status} ${message}`, want);
  });
}

test('nobody draws the traffic of other addresses, but who does already', async () => {
  const services = '/api/v1/namespaces/plain/services';
  const denied = 'services "s" is forbidden: Use of external IPs is denied by admission control';
  const aService = (...externalIPs: string[]) => ({
    metadata: { name: 's' },
    spec: { ports: [{ port: 1 }], externalIPs },
  });
  assert.equal((await scene.ask('POST', services, aService('1.2.3.4'))).message, denied);
  assert.equal((await scene.ask('POST', services, aService())).status, 201);
  const headers = { 'content-type': 'application/merge-patch+json' };
  const patched = await scene.ask('PATCH', `${services}/s`, { spec: { externalIPs: ['1.2.3.4'] } }, { headers });
  assert.equal(patched.message, denied);
});

test('nothing is made where there is no namespace', async () => {
  const { status, message } = await scene.ask('POST', '/api/v1/namespaces/none/configmaps', {
    metadata: { name: 'c' },
  });
  assert.equal(`${status} ${message}`, '404 namespaces "none" not found');
});

test('events come no faster than is allowed, each limit by itself', async () => {
  const event = (name: string, about: string) =>
    scene.ask('POST', '/api/v1/namespaces/plain/events', {
      metadata: { name },
      involvedObject: { namespace: 'plain', name: about },
      source: { component: 'c' },
    });
  assert.equal((await event('a', 'x')).status, 201);
  const { status, message } = await event('b', 'x');
  assert.equal(`${status} ${message}`, '429 Too many requests: limit reached on type SourceAndObject for key cplainx');
  const limits = [
    'limit reached on type SourceAndObject for key cplainx',
    'limit reached on type Namespace for key plain',
  ];
  assert.equal((await event('c', 'x')).message, `Too many requests: [${limits.join(', ')}]`);
  await scene.clock.advance(1000);
  assert.equal((await event('d', 'x')).status, 201);
});

test('who owns an object is said by who may delete it, and waits by leave of the owner’s finalizers', async () => {
  const ada = aUser('ada');
  const roles = '/apis/rbac.authorization.k8s.io/v1/namespaces/plain';
  const verbs = (...all: string[]) => ({ apiGroups: [''], resources: ['configmaps'], verbs: all });
  await scene.ask('POST', `${roles}/roles`, { metadata: { name: 'r' }, rules: [verbs('create', 'patch')] });
  await scene.ask('POST', `${roles}/rolebindings`, {
    metadata: { name: 'b' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ada' }],
  });
  const maps = '/api/v1/namespaces/plain/configmaps';
  const headers = { 'content-type': 'application/merge-patch+json' };
  const owner = (more: object = {}) => ({ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u', ...more });
  const made = (name: string, ...ownerReferences: object[]) =>
    scene.ask('POST', maps, { metadata: { name, ownerReferences } }, { user: ada });
  assert.equal((await made('m', owner())).status, 201);
  const finalizers =
    "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>";
  assert.equal(
    (await made('n', owner({ blockOwnerDeletion: true }))).message,
    `configmaps "n" is forbidden: ${finalizers}`,
  );
  assert.equal(
    (await made('o', owner({ kind: 'Ghost', blockOwnerDeletion: true }))).message,
    'configmaps "o" is forbidden: cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion v1 Kind Ghost: no matches for kind "Ghost" in version "v1"',
  );
  const patch = (body: object) => scene.ask('PATCH', `${maps}/m`, body, { user: ada, headers });
  assert.equal((await patch({ metadata: { labels: { a: 'b' } } })).status, 200);
  assert.equal(
    (await patch({ metadata: { ownerReferences: [owner({ uid: 'v' })] } })).message,
    'configmaps "m" is forbidden: cannot set an ownerRef on a resource you can\'t delete: , <nil>',
  );
});

test('a namespace comes with what is made in it first; and where everything is denied, nothing does', async () => {
  const provided = await serverScene({ admission: { enable: ['NamespaceAutoProvision'], disable: [] } });
  const make = (name: string, dryRun = '') =>
    provided.ask('POST', `/api/v1/namespaces/${name}/configmaps${dryRun}`, { metadata: { name: 'c' } });
  assert.equal((await make('new', '?dryRun=All')).status, 404);
  assert.equal((await make('new')).status, 201);
  assert.equal((await provided.ask('GET', '/api/v1/namespaces/new')).status, 200);
  provided.stop();
});

test('tolerations that cover others', () => {
  const seconds = (tolerationSeconds: number): Toleration => ({
    key: 'a',
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds,
  });
  const rows: readonly (readonly [Toleration, Toleration, boolean])[] = [
    [{ operator: 'Exists' }, { key: 'a', value: 'b', effect: 'NoSchedule' }, true],
    [{ key: 'a', operator: 'Exists' }, { key: 'b', operator: 'Exists' }, false],
    [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }, { key: 'a', operator: 'Exists' }, false],
    [{ key: 'a', value: 'b' }, { key: 'a', value: 'b', effect: 'NoSchedule' }, true],
    [{ key: 'a', operator: 'Equal', value: 'b' }, { key: 'a', value: 'b' }, false],
    [{ key: 'a', value: 'b' }, { key: 'a', operator: 'Exists' }, false],
    [seconds(5), seconds(3), true],
    [seconds(5), seconds(9), false],
    [seconds(5), { key: 'a', operator: 'Exists', effect: 'NoExecute' }, false],
  ];
  for (const [wide, narrow, want] of rows) assert.equal(covers(wide, narrow), want, JSON.stringify([wide, narrow]));
});

test('a webhook is asked of images, and not again while its answer is good', async () => {
  const clock = new SimClock();
  const asked: unknown[] = [];
  let status: object = { allowed: true };
  const ask = (review: unknown) => {
    asked.push(review);
    return status instanceof Error ? Promise.reject(status) : Promise.resolve({ status });
  };
  const settings = readImagePolicy(Buffer.from('{"imagePolicy":{"denyTTL":-1,"allowTTL":60}}'));
  const plugin = (more: object = {}) =>
    imagePolicyWebhook({ settings: { ...settings, ...more }, client: { ask }, clock, random: seededRandom(1) });
  const judge = async (of = plugin(), image = 'x:1') => {
    const object = {
      metadata: { name: 'p', annotations: { 'a.image-policy.k8s.io/b': 'c', d: 'e' } },
      spec: { containers: [{ image }] },
    };
    try {
      await of.validate!({ group: '', resource: 'pods', namespace: 'ns', subresource: '', name: 'p', object } as never);
      return 'allowed';
    } catch (err) {
      return (err as Error).message;
    }
  };
  const one = plugin();
  assert.deepEqual([await judge(one), await judge(one), asked.length], ['allowed', 'allowed', 1]);
  assert.deepEqual((asked[0] as { spec: unknown }).spec, {
    containers: [{ image: 'x:1' }],
    annotations: { 'a.image-policy.k8s.io/b': 'c' },
    namespace: 'ns',
  });
  await clock.advance(61_000);
  status = { allowed: false, reason: 'too old' };
  const refused = 'pods "p" is forbidden:';
  assert.equal(await judge(one), `${refused} image policy webhook backend denied one or more images: too old`);
  status = {};
  assert.equal(await judge(one), `${refused} one or more images rejected by webhook backend`);
  assert.equal(asked.length, 3);
  status = new Error('nobody there');
  assert.equal(await judge(one), `${refused} nobody there`);
  assert.equal(await judge(plugin({ defaultAllow: true })), 'allowed');
});

for (const [config, want] of [
  ['{}', 'usual'],
  ['{"imagePolicy":{"retryBackoff":9000000}}', 'valid value is between 1ns and 5m0s, got 2h30m0s'],
  ['imagePolicy: {allowTTL: 99999}', 'valid value is between 1s and 30m0s, got 27h46m39s'],
] as const) {
  test(`the image policy ${config}: ${want}`, () => {
    if (want !== 'usual') return assert.throws(() => readImagePolicy(Buffer.from(config)), { message: want });
    const { allowMs, denyMs, retryBackoffMs } = readImagePolicy(Buffer.from(config));
    assert.deepEqual([allowMs, denyMs, retryBackoffMs], [300_000, 30_000, 500]);
  });
}
