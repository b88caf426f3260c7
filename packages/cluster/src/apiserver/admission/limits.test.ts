import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
before(async () => {
  scene = await serverScene();
});
after(() => scene.stop());

const aNamespace = async (name: string) => {
  await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return `/api/v1/namespaces/${name}`;
};
const aPod = (name: string, resources: object = {}, labels: object = {}) => ({
  metadata: { name, labels },
  spec: { containers: [{ name: 'c', image: 'registry.example/app:1', resources }], nodeName: 'n' },
});
const aQuota = async (at: string, hard: Record<string, string>, scopes?: string[]) => {
  const made = await scene.ask('POST', `${at}/resourcequotas`, { metadata: { name: 'q' }, spec: { hard, scopes } });
  const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
  await scene.ask('PUT', `${at}/resourcequotas/q/status`, { ...made.body, status: { hard, used } });
};
const usedOf = async (at: string) => {
  const { body } = await scene.ask('GET', `${at}/resourcequotas/q`);
  return (body['status'] as { used: Record<string, string> }).used;
};

test('of many who want the last of something at once, as many get it as there is', async () => {
  const at = await aNamespace('race');
  await aQuota(at, { secrets: '3' });
  const names = Array.from({ length: 10 }, (_, i) => `s${i}`);
  const answers = await Promise.all(names.map((name) => scene.ask('POST', `${at}/secrets`, { metadata: { name } })));
  assert.deepEqual(
    answers.map(({ status }) => status).sort((a, b) => a - b),
    [...Array(3).fill(201), ...Array(7).fill(403)],
  );
  assert.match(
    answers.find(({ status }) => status === 403)!.message,
    /^secrets "s\d" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=3, limited: secrets=3$/,
  );
  assert.deepEqual(await usedOf(at), { secrets: '3' });
});

test('what is only tried, or refused for something else, is charged to nobody', async () => {
  const at = await aNamespace('tried');
  await aQuota(at, { pods: '1' });
  assert.equal((await scene.ask('POST', `${at}/pods?dryRun=All`, aPod('p'))).status, 201);
  assert.equal((await scene.ask('POST', `${at}/pods`, aPod('Bad Name'))).status, 422);
  assert.deepEqual(await usedOf(at), { pods: '0' });
});

test('containers must say what is limited, and a scope leaves out those it doesn’t mean', async () => {
  const at = await aNamespace('said');
  await aQuota(at, { 'limits.cpu': '2', 'requests.memory': '1Gi' }, ['NotBestEffort']);
  assert.equal((await scene.ask('POST', `${at}/pods`, aPod('free'))).status, 201);
  const { message } = await scene.ask('POST', `${at}/pods`, aPod('p', { requests: { cpu: '1' } }));
  assert.match(message, /: failed quota: q: must specify limits\.cpu for: c; requests\.memory for: c$/);
  await scene.ask('POST', `${at}/pods`, aPod('p', { limits: { cpu: '1500m', memory: '1Gi' } }));
  assert.deepEqual(await usedOf(at), { 'limits.cpu': '1500m', 'requests.memory': '1Gi' });
});

test('a quota of which nobody has counted the use yet refuses', async () => {
  const at = await aNamespace('unknown');
  await aQuota(at, { pods: '1' });
  const { body } = await scene.ask('GET', `${at}/resourcequotas/q`);
  await scene.ask('PUT', `${at}/resourcequotas/q/status`, { ...body, status: { hard: { pods: '1' } } });
  const { message } = await scene.ask('POST', `${at}/pods`, aPod('p'));
  assert.match(message, /: status unknown for quota: q, resources: pods$/);
});

test('a limit range fills what a pod doesn’t say, and refuses what is beyond it', async () => {
  const at = await aNamespace('ranged');
  const limits = [
    {
      type: 'Container',
      default: { cpu: '1' },
      defaultRequest: { cpu: '500m' },
      min: { cpu: '100m' },
      max: { cpu: '2' },
    },
    { type: 'Pod', maxLimitRequestRatio: { cpu: '4' } },
  ];
  await scene.ask('POST', `${at}/limitranges`, { metadata: { name: 'l' }, spec: { limits } });
  const { body } = await scene.ask('POST', `${at}/pods`, aPod('p'));
  const { metadata, spec } = body as unknown as {
    metadata: { annotations: Record<string, string> };
    spec: { containers: { resources: unknown }[] };
  };
  assert.deepEqual(spec.containers[0]!.resources, { limits: { cpu: '1' }, requests: { cpu: '500m' } });
  assert.deepEqual(metadata.annotations, {
    'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu request for container c; cpu limit for container c',
  });
  const refused = async (resources: object) => (await scene.ask('POST', `${at}/pods`, aPod('x', resources))).message;
  assert.match(
    await refused({ requests: { cpu: '50m' }, limits: { cpu: '3' } }),
    /: \[minimum cpu usage per Container is 100m, but request is 50m, maximum cpu usage per Container is 2, but limit is 3, cpu max limit to request ratio per Pod is 4, but provided ratio is 60\.000000\]$/,
  );
  assert.match(
    await refused({ requests: { cpu: '100m' }, limits: { cpu: '1' } }),
    /: cpu max limit to request ratio per Pod is 4, but provided ratio is 10\.000000$/,
  );
});

test('evictions spend from the budget until nothing is left', async () => {
  const at = await aNamespace('budgeted');
  const budgets = '/apis/policy/v1/namespaces/budgeted/poddisruptionbudgets';
  for (const name of ['a', 'b', 'c']) {
    const { body } = await scene.ask('POST', `${at}/pods`, aPod(name, {}, { app: 'web' }));
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    await scene.ask('PUT', `${at}/pods/${name}/status`, { ...body, status });
  }
  const evict = (name: string) => scene.ask('POST', `${at}/pods/${name}/eviction`, { metadata: { name } });
  const { body: made } = await scene.ask('POST', budgets, {
    metadata: { name: 'b' },
    spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } },
  });
  const unseen = await evict('a');
  assert.deepEqual(
    [unseen.status, unseen.body['details']],
    [
      429,
      {
        causes: [
          { reason: 'DisruptionBudget', message: 'The disruption budget b is still being processed by the server.' },
        ],
        retryAfterSeconds: 10,
      },
    ],
  );
  const status = {
    observedGeneration: 1,
    disruptionsAllowed: 1,
    currentHealthy: 3,
    desiredHealthy: 2,
    expectedPods: 3,
  };
  await scene.ask('PUT', `${budgets}/b/status`, { ...made, status });
  const answers = await Promise.all(['a', 'b', 'c'].map(evict));
  assert.deepEqual(
    answers.map((a) => a.status).sort((a, b) => a - b),
    [201, 429, 429],
  );
  const { body } = await scene.ask('GET', `${budgets}/b`);
  const after = body['status'] as Record<string, unknown>;
  assert.equal(after['disruptionsAllowed'], 0);
  assert.equal(Object.keys(after['disruptedPods'] as object).length, 1);
});

test('limits of pods are compared with the containers, or what the pod says of processors and memory; overhead is nobody’s', async () => {
  const at = await aNamespace('pod-limits');
  const limits = [{ type: 'Pod', max: { cpu: '1', 'hugepages-2Mi': '4Mi' } }];
  await scene.ask('POST', `${at}/limitranges`, { metadata: { name: 'l' }, spec: { limits } });
  await scene.given({
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'heavy' },
    handler: 'h',
    overhead: { podFixed: { cpu: '900m' } },
  });
  const huge = { 'hugepages-2Mi': '2Mi' };
  const own = (amounts: object) => ({ requests: amounts, limits: amounts });
  const cases: [object, object | undefined, object, string][] = [
    [own({ cpu: '800m', ...huge }), undefined, {}, ''],
    [own({ cpu: '800m', ...huge }), undefined, { runtimeClassName: 'heavy' }, ''],
    [own({ cpu: '100m', ...huge }), own({ cpu: '2' }), {}, 'maximum cpu usage per Pod is 1, but limit is 2'],
    [
      own({ cpu: '100m' }),
      own({ cpu: '1', ...huge }),
      {},
      'maximum hugepages-2Mi usage per Pod is 4Mi.  No limit is specified',
    ],
  ];
  for (const [container, pod, more, want] of cases) {
    const { metadata, spec } = aPod('p', container);
    const { message } = await scene.ask('POST', `${at}/pods?dryRun=All`, {
      metadata,
      spec: { ...spec, nodeName: undefined, ...(pod && { resources: pod }), ...more },
    });
    assert.equal(message.replace('pods "p" is forbidden: ', ''), want);
  }
});
