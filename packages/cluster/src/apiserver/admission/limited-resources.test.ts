import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { quotaCounter, type ResourceQuota, type ScopedResourceSelectorRequirement } from '@tiphys/sdk/api';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { serverScene } from '../server-scene.ts';
import { printedScopes, readLimitedResources, uncoveredNames, uncoveredScopes } from './limited-resources.ts';

const v1 = 'apiVersion: apiserver.config.k8s.io/v1\nkind: ResourceQuotaConfiguration\n';
const old = (version: string) => `apiVersion: resourcequota.admission.k8s.io/${version}\nkind: Configuration\n`;
const read = (text: string) => readLimitedResources(Buffer.from(text));

describe('what is limited is read strictly', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['limitedResources: []', "Object 'Kind' is missing in 'limitedResources: []'"],
    [
      'apiVersion: apiserver.config.k8s.io/v1\nkind: Configuration',
      'no kind "Configuration" is registered for version "apiserver.config.k8s.io/v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
    [`${v1}limits: []`, 'strict decoding error: unknown field "limits"'],
    [
      `${v1}limitedResources: [{resource: pods, matchScopes: [{scope: x}]}]`,
      'strict decoding error: unknown field "limitedResources[0].matchScopes[0].scope"',
    ],
    [
      `${v1}limitedResources: x`,
      'json: cannot unmarshal string into Go struct field Configuration.limitedResources of type []v1.LimitedResource',
    ],
    [
      `${old('v1beta1')}limitedResources: x`,
      'json: cannot unmarshal string into Go struct field Configuration.limitedResources of type []v1beta1.LimitedResource',
    ],
    [`${v1}limitedResources: [{matchContains: [cpu]}]`, 'limitedResources[0].resource: Required value'],
    [
      `${old('v1alpha1')}limitedResources: [{apiGroup: a}, {resource: pods}, {}]`,
      '[limitedResources[0].resource: Required value, limitedResources[2].resource: Required value]',
    ],
  ];
  for (const [text, message] of rows) test(message, () => assert.throws(() => read(text), { message }));

  test('in each version', () => {
    const rest = 'limitedResources: [{resource: pods, matchContains: [cpu]}]';
    for (const header of [v1, old('v1beta1'), old('v1alpha1')]) {
      assert.deepEqual(read(header + rest), [{ resource: 'pods', matchContains: ['cpu'] }]);
    }
    assert.deepEqual(read(v1), []);
    const [scoped] = read(`${v1}limitedResources: [{resource: pods, matchScopes: [{scopeName: BestEffort}]}]`);
    assert.equal(printedScopes(scoped!.matchScopes!), '[{BestEffort  []}]');
    assert.deepEqual(readLimitedResources(undefined), []);
  });
});

describe('names that no quota covers', () => {
  const usage = { pods: '1', 'count/pods': '1', 'requests.cpu': '1', 'limits.cpu': '2', 'requests.memory': '0' };
  const cpu = { resource: 'pods', matchContains: ['cpu'] };
  const rows: [string, Parameters<typeof uncoveredNames>[0], string[], string[]][] = [
    ['any that contains a part', [cpu], [], ['limits.cpu', 'requests.cpu']],
    ['but those of a quota', [cpu], ['requests.cpu'], ['limits.cpu']],
    ['all of them', [cpu], ['requests.cpu', 'limits.cpu'], []],
    ['none that isn’t consumed', [{ resource: 'pods', matchContains: ['memory'] }], [], []],
    [
      'an empty part is in each',
      [{ resource: 'pods', matchContains: [''] }],
      ['pods', 'limits.cpu'],
      ['count/pods', 'requests.cpu'],
    ],
    ['no part is in none', [{ resource: 'pods' }], [], []],
    [
      'several limits add up',
      [cpu, { resource: 'pods', matchContains: ['count/', 'cpu'] }],
      ['limits.cpu'],
      ['count/pods', 'requests.cpu'],
    ],
    ['of another resource', [{ resource: 'services', matchContains: ['cpu'] }], [], []],
    ['of another group', [{ apiGroup: 'apps', ...cpu }], [], []],
  ];
  for (const [name, limited, hard, want] of rows) {
    test(name, () => {
      const quota = { status: { hard: Object.fromEntries(hard.map((h) => [h, '1'])) } };
      assert.deepEqual(uncoveredNames(limited, { group: '', resource: 'pods', usage }, [quota]), want);
    });
  }
});

describe('scopes that no quota covers', () => {
  const scope = (scopeName: string, operator = '', values?: string[]) =>
    ({ scopeName, operator, ...(values && { values }) }) as ScopedResourceSelectorRequirement;
  const pod = { metadata: {}, spec: { containers: [], priorityClassName: 'high' } } as KubeObject;
  const plain = { metadata: {}, spec: { containers: [] } } as KubeObject;
  const byClass = (operator: string, values?: string[]) => [scope('PriorityClass', operator, values)];
  const rows: [string, KubeObject, ScopedResourceSelectorRequirement[], ScopedResourceSelectorRequirement[], string][] =
    [
      ['In', pod, byClass('In', ['low', 'high']), [], '[{PriorityClass In [low high]}]'],
      ['In others', pod, byClass('In', ['low']), [], '[]'],
      ['NotIn', pod, byClass('NotIn', ['low']), [], '[{PriorityClass NotIn [low]}]'],
      ['NotIn, having none', plain, byClass('NotIn', ['low']), [], '[{PriorityClass NotIn [low]}]'],
      ['NotIn its own', pod, byClass('NotIn', ['high']), [], '[]'],
      ['Exists', pod, byClass('Exists'), [], '[{PriorityClass Exists []}]'],
      ['Exists, having none', plain, byClass('Exists'), [], '[]'],
      ['DoesNotExist', plain, byClass('DoesNotExist'), [], '[{PriorityClass DoesNotExist []}]'],
      ['In nothing', pod, byClass('In'), [], '[]'],
      ['an operator that is none', pod, byClass('Is', ['high']), [], '[]'],
      ['scopes that need no operator', pod, [scope('BestEffort'), scope('Terminating')], [], '[{BestEffort  []}]'],
      ['a scope of claims', pod, [scope('VolumeAttributesClass', 'Exists')], [], '[]'],
      ['covered by the same scope', pod, byClass('Exists'), byClass('In', ['high']), '[]'],
      ['not by one that picks others', pod, byClass('Exists'), byClass('In', ['low']), '[{PriorityClass Exists []}]'],
      ['not by another scope', pod, byClass('Exists'), [scope('BestEffort', 'Exists')], '[{PriorityClass Exists []}]'],
      [
        'two',
        pod,
        [scope('BestEffort', 'Exists'), ...byClass('Exists')],
        [],
        '[{BestEffort Exists []} {PriorityClass Exists []}]',
      ],
    ];
  for (const [name, object, matchScopes, matchExpressions, want] of rows) {
    test(name, () => {
      const quota = { metadata: {}, spec: { scopeSelector: { matchExpressions } }, status: {} } as ResourceQuota;
      // A scope limits whatever has it, though it stands beside another resource.
      const limited = [{ resource: 'persistentvolumeclaims', matchScopes }];
      const isIn = (s: ScopedResourceSelectorRequirement) => quotaCounter('', 'pods').inScope(object, s);
      assert.equal(printedScopes(uncoveredScopes(limited, isIn, [quota])), want);
    });
  }
});

test('what is limited is refused until a quota covers it', async () => {
  const limitedResources = read(
    `${v1}limitedResources:\n- {resource: services, matchContains: [loadbalancers]}\n- {resource: configmaps, matchContains: [count/]}\n- {apiGroup: apps, resource: deployments, matchContains: [deployments]}\n- {resource: pods, matchScopes: [{scopeName: PriorityClass, operator: In, values: [system-cluster-critical]}]}`,
  );
  const scene = await serverScene({ admission: { enable: [], disable: [], limitedResources } });
  await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
  const at = '/api/v1/namespaces/ns';
  const mergePatch = { 'content-type': 'application/merge-patch+json' };
  const ask = async (path: string, body: object, method = 'POST') => {
    const { status, message } = await scene.ask(method, path, body, method === 'PATCH' ? { headers: mergePatch } : {});
    return [status, message];
  };
  const service = (type: string) => ({ metadata: { name: 's' }, spec: { type, ports: [{ port: 80 }] } });
  const pod = (name: string, priorityClassName?: string) => ({
    metadata: { name },
    spec: { priorityClassName, containers: [{ name: 'c', image: 'registry.example/app:1' }] },
  });
  const quota = async (name: string, spec: { hard: Record<string, string>; scopeSelector?: object }) => {
    const { body } = await scene.ask('POST', `${at}/resourcequotas`, { metadata: { name }, spec });
    const used = Object.fromEntries(Object.keys(spec.hard).map((n) => [n, '0']));
    await scene.ask('PUT', `${at}/resourcequotas/${name}/status`, { ...body, status: { hard: spec.hard, used } });
  };
  const unbalanced = [403, 'services "s" is forbidden: insufficient quota to consume: services.loadbalancers'];
  const critical = [500, 'insufficient quota to match these scopes: [{PriorityClass In [system-cluster-critical]}]'];

  assert.deepEqual(await ask(`${at}/services`, service('LoadBalancer')), unbalanced);
  assert.equal((await ask(`${at}/services`, service('ClusterIP')))[0], 201);
  assert.deepEqual(await ask(`${at}/services/s`, { spec: { type: 'LoadBalancer' } }, 'PATCH'), unbalanced);
  assert.deepEqual(await ask(`${at}/configmaps?dryRun=All`, { metadata: { name: 'c' } }), [
    403,
    'configmaps "c" is forbidden: insufficient quota to consume: count/configmaps',
  ]);
  assert.deepEqual(await ask(`${at}/pods`, pod('p', 'system-cluster-critical')), critical);
  assert.equal((await ask(`${at}/pods`, pod('plain')))[0], 201);
  const labels = { app: 'a' };
  const template = { metadata: { labels }, spec: pod('d').spec };
  assert.deepEqual(
    await ask('/apis/apps/v1/namespaces/ns/deployments', {
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: labels }, template },
    }),
    [403, 'deployments.apps "d" is forbidden: insufficient quota to consume: count/deployments.apps'],
  );

  await quota('balanced', { hard: { 'services.loadbalancers': '1', 'count/configmaps': '0' } });
  assert.equal((await ask(`${at}/services/s`, { spec: { type: 'LoadBalancer' } }, 'PATCH'))[0], 200);
  assert.match(String((await ask(`${at}/configmaps`, { metadata: { name: 'c' } }))[1]), /exceeded quota: balanced/);
  const values = ['system-cluster-critical'];
  const matchExpressions = [{ scopeName: 'PriorityClass', operator: 'In', values }];
  await quota('critical', { hard: { pods: '1' }, scopeSelector: { matchExpressions } });
  assert.equal((await ask(`${at}/pods`, pod('p', 'system-cluster-critical')))[0], 201);
  scene.stop();
});
