import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
before(async () => {
  scene = await serverScene();
  await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
});
after(() => scene.stop());

interface PodAnswer {
  metadata: { labels?: Record<string, string> };
  spec: Record<string, unknown> & {
    volumes?: { name: string; projected?: { sources: unknown[] } }[];
    containers: { volumeMounts?: { name: string; mountPath: string }[] }[];
    tolerations?: { key?: string; tolerationSeconds?: number }[];
  };
}

const container = { name: 'c', image: 'registry.example/app:1' };
const tryPod = (spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): Promise<Answer> =>
  scene.ask('POST', '/api/v1/namespaces/ns/pods?dryRun=All', {
    metadata: { name: 'p', ...metadata },
    spec: { containers: [container], ...spec },
  });
const pod = ({ body, message }: Answer): PodAnswer => {
  assert.equal(message, '');
  return body as unknown as PodAnswer;
};
const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

test('a pod runs as the default account and finds its token mounted', async () => {
  const { spec } = pod(await tryPod());
  assert.deepEqual([spec['serviceAccountName'], spec['serviceAccount']], ['default', 'default']);
  const [volume] = spec.volumes!;
  assert.match(volume!.name, /^kube-api-access-[a-z0-9]{5}$/);
  assert.deepEqual(volume!.projected!.sources[0], { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } });
  assert.deepEqual(spec.containers[0]!.volumeMounts, [{ name: volume!.name, readOnly: true, mountPath: tokenPath }]);
});

test('what a pod mounts at the place of tokens stays, and no volume is added for it', async () => {
  const own = { name: 'own', mountPath: tokenPath };
  const { spec } = pod(
    await tryPod({ containers: [{ ...container, volumeMounts: [own] }], volumes: [{ name: 'own', emptyDir: {} }] }),
  );
  assert.deepEqual(spec.containers[0]!.volumeMounts, [own]);
  assert.deepEqual(spec.volumes, [{ name: 'own', emptyDir: {} }]);
});

test('automounting: the pod decides, else its account, else it happens', async () => {
  const account = (name: string, automountServiceAccountToken: boolean) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: 'ns' },
    automountServiceAccountToken,
  });
  await scene.given(account('on', true), account('off', false));
  const cases: [string, boolean | undefined, boolean][] = [
    ['on', undefined, true],
    ['off', undefined, false],
    ['on', false, false],
    ['off', true, true],
    ['default', undefined, true],
    ['default', false, false],
  ];
  for (const [serviceAccountName, own, want] of cases) {
    const asked = { serviceAccountName, ...(own !== undefined && { automountServiceAccountToken: own }) };
    const { spec } = pod(await tryPod(asked));
    assert.equal(spec.volumes !== undefined, want, `${serviceAccountName}, ${own}`);
  }
});

test('accounts that limit secrets, and what they say', async () => {
  await scene.given({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'strict', namespace: 'ns', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
    secrets: [{ name: 'known' }],
    imagePullSecrets: [{ name: 'pull' }],
  });
  const because = 'is not allowed because service account strict does not reference that';
  const env = (name: string) => [{ name: 'A', valueFrom: { secretKeyRef: { name, key: 'k' } } }];
  const cases: [Record<string, unknown>, string][] = [
    [{ volumes: [{ name: 'v', secret: { secretName: 'known' } }] }, ''],
    [{ volumes: [{ name: 'v', secret: { secretName: 'x' } }] }, `volume with secret.secretName="x" ${because} secret`],
    [
      { containers: [{ ...container, env: env('x') }] },
      `container c with envVar A referencing secret.secretName="x" ${because} secret`,
    ],
    [
      { initContainers: [{ ...container, name: 'i', envFrom: [{ secretRef: { name: 'x' } }] }] },
      `init container i with envFrom referencing secret.secretName="x" ${because} secret`,
    ],
    [{ imagePullSecrets: [{ name: 'x' }] }, `imagePullSecrets[0].name="x" ${because} imagePullSecret`],
  ];
  for (const [spec, why] of cases) {
    const { message } = await tryPod({ serviceAccountName: 'strict', automountServiceAccountToken: false, ...spec });
    assert.equal(message, why && `pods "p" is forbidden: ${why}`);
  }
});

test('no such account', async () => {
  const { status, message } = await tryPod({ serviceAccountName: 'ghost' });
  assert.equal(status, 403);
  assert.equal(
    message,
    'pods "p" is forbidden: error looking up service account ns/ghost: serviceaccount "ghost" not found',
  );
});

test("a namespace's default account may come a moment after the pod", async () => {
  await scene.ask('POST', '/api/v1/namespaces', { metadata: { name: 'new' } });
  const created = scene.ask('POST', '/api/v1/namespaces/new/pods', {
    metadata: { name: 'p' },
    spec: { containers: [container] },
  });
  await scene.clock.advance(300);
  await scene.ask('POST', '/api/v1/namespaces/new/serviceaccounts', { metadata: { name: 'default' } });
  assert.equal((await created).status, 201);
});

test('and when it never comes the pod is refused', async () => {
  await scene.ask('POST', '/api/v1/namespaces', { metadata: { name: 'bare' } });
  const refused = scene.ask('POST', '/api/v1/namespaces/bare/pods', {
    metadata: { name: 'p' },
    spec: { containers: [container] },
  });
  await scene.clock.advance(5000);
  assert.match((await refused).message, /serviceaccount "default" not found$/);
});

test('tolerations are added for the taints that nobody tolerates yet', async () => {
  const [notReady, unreachable] = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
  const cases: [Record<string, unknown>[], (string | undefined)[]][] = [
    [[], [notReady, unreachable]],
    [[{ operator: 'Exists' }], [undefined]],
    [[{ operator: 'Exists', effect: 'NoSchedule' }], [undefined, notReady, unreachable]],
    [[{ key: notReady, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }], [notReady, unreachable]],
    [[{ key: unreachable, operator: 'Exists' }], [unreachable, notReady]],
  ];
  for (const [tolerations, keys] of cases) {
    const { spec } = pod(await tryPod({ tolerations }));
    assert.deepEqual(
      spec.tolerations!.map((t) => t.key),
      keys,
    );
    const added = spec.tolerations!.slice(tolerations.length);
    assert.ok(added.every((t) => t.tolerationSeconds === 300));
  }
});

test('priorities come from classes', async () => {
  const aClass = (name: string, value: number, more = {}) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    ...more,
  });
  const ranks = async (spec: Record<string, unknown>) => {
    const found = pod(await tryPod(spec)).spec;
    return [found['priorityClassName'], found['priority'], found['preemptionPolicy']];
  };
  assert.deepEqual(await ranks({}), [undefined, 0, 'PreemptLowerPriority']);
  await scene.given(aClass('meek', -7, { preemptionPolicy: 'Never' }), aClass('usual', 10, { globalDefault: true }));
  assert.deepEqual(await ranks({}), ['usual', 10, 'PreemptLowerPriority']);
  assert.deepEqual(await ranks({ priorityClassName: 'meek' }), ['meek', -7, 'Never']);
  assert.deepEqual(await ranks({ priorityClassName: 'system-node-critical' }), [
    'system-node-critical',
    2_000_001_000,
    'PreemptLowerPriority',
  ]);
  const refusals: [Record<string, unknown>, string][] = [
    [{ priorityClassName: 'none' }, 'no PriorityClass with name none was found'],
    [
      { priorityClassName: 'meek', priority: 3 },
      'the integer value of priority (3) must not be provided in pod spec; priority admission controller computed -7 from the given PriorityClass name',
    ],
    [
      { priorityClassName: 'meek', preemptionPolicy: 'PreemptLowerPriority' },
      'the string value of PreemptionPolicy (PreemptLowerPriority) must not be provided in pod spec; priority admission controller computed Never from the given PriorityClass name',
    ],
  ];
  for (const [spec, why] of refusals) assert.equal((await tryPod(spec)).message, `pods "p" is forbidden: ${why}`);
  const second = await scene.ask('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', {
    metadata: { name: 'other' },
    value: 1,
    globalDefault: true,
  });
  assert.match(second.message, /PriorityClass usual is already marked as default. Only one default can exist$/);
  await scene.ask('DELETE', '/apis/scheduling.k8s.io/v1/priorityclasses/usual');
});

test('a new node is tainted, once, and gives its place to its pods', async () => {
  const labels = { 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r', rack: 'k' };
  const { body } = await scene.ask('POST', '/api/v1/nodes', { metadata: { name: 'n', labels } });
  const { taints } = (body as { spec: { taints: unknown } }).spec;
  assert.deepEqual(taints, [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
  assert.deepEqual(pod(await tryPod({ nodeName: 'n' })).metadata.labels, {
    'topology.kubernetes.io/region': 'r',
    'topology.kubernetes.io/zone': 'z',
  });
  assert.equal(pod(await tryPod({ nodeName: 'unknown' })).metadata.labels, undefined);
});

test('namespaces: none, ending, immortal', async () => {
  const make = (namespace: string) =>
    scene.ask('POST', `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: 'c' } });
  assert.deepEqual(((a) => [a.status, a.message])(await make('nowhere')), [404, 'namespaces "nowhere" not found']);
  await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ending' } });
  const { body } = await scene.ask('DELETE', '/api/v1/namespaces/ending');
  assert.deepEqual(body['status'], { phase: 'Terminating' });
  const refused = await make('ending');
  assert.equal(
    refused.message,
    'configmaps "c" is forbidden: unable to create new content in namespace ending because it is being terminated',
  );
  assert.deepEqual((refused.body['details'] as { causes: unknown }).causes, [
    {
      reason: 'NamespaceTerminating',
      message: 'namespace ending is being terminated',
      field: 'metadata.namespace',
    },
  ]);
  await scene.ask('PUT', '/api/v1/namespaces/ending/finalize', { metadata: { name: 'ending' }, spec: {} });
  assert.equal((await scene.ask('GET', '/api/v1/namespaces/ending')).status, 404);
  for (const name of ['default', 'kube-system', 'kube-public']) {
    const { message } = await scene.ask('DELETE', `/api/v1/namespaces/${name}`);
    assert.equal(message, `namespaces "${name}" is forbidden: this namespace may not be deleted`);
  }
});

test('what plugins set stands where the kind publishes it, so that nothing seems changed by a patch that changes nothing', async () => {
  const created = await scene.ask('POST', '/api/v1/namespaces/ns/pods', {
    metadata: { name: 'same' },
    spec: { containers: [container] },
  });
  const patched = await scene.ask(
    'PATCH',
    '/api/v1/namespaces/ns/pods/same',
    {},
    {
      headers: { 'content-type': 'application/merge-patch+json' },
    },
  );
  assert.deepEqual(patched.body['metadata'], created.body['metadata']);
});
