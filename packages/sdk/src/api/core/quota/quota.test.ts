import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../machinery/index.ts';
import type { ScopedResourceSelectorRequirement } from '../scope-selector.ts';
import { addAmounts, exceeding, excessOf, quotaCounter } from './index.ts';

const object = (spec: object, rest: object = {}) => ({ metadata: { name: 'o' }, spec, ...rest }) as KubeObject;
const container = (requests: object, limits: object = {}) => ({ name: 'c', resources: { requests, limits } });

describe('what an object uses of a quota', () => {
  const rows: [string, string, KubeObject, Record<string, string>][] = [
    [
      'a pod',
      'pods',
      object({ containers: [container({ cpu: '1', 'example.com/gpu': '2' }, { cpu: '2' })] }),
      {
        'count/pods': '1',
        pods: '1',
        cpu: '1',
        'requests.cpu': '1',
        'limits.cpu': '2',
        'requests.example.com/gpu': '2',
      },
    ],
    ['a pod that is over', 'pods', object({ containers: [] }, { status: { phase: 'Failed' } }), { 'count/pods': '1' }],
    [
      'a service on every node',
      'services',
      object({ type: 'NodePort', ports: [{}, {}] }),
      { 'count/services': '1', services: '1', 'services.loadbalancers': '0', 'services.nodeports': '2' },
    ],
    [
      'a balanced one that wants no ports of nodes',
      'services',
      object({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ nodePort: 30000 }, {}] }),
      { 'count/services': '1', services: '1', 'services.loadbalancers': '1', 'services.nodeports': '1' },
    ],
    [
      'a claim of a class',
      'persistentvolumeclaims',
      object({ storageClassName: 'gold', resources: { requests: { storage: '1Gi' } } }),
      {
        'count/persistentvolumeclaims': '1',
        persistentvolumeclaims: '1',
        'requests.storage': '1Gi',
        'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
        'gold.storageclass.storage.k8s.io/requests.storage': '1Gi',
      },
    ],
    ['a secret', 'secrets', object({}), { 'count/secrets': '1', secrets: '1' }],
  ];
  for (const [name, resource, o, want] of rows) {
    test(name, () => assert.deepEqual(quotaCounter('', resource).usage(o, 0), want));
  }
  test('one of a group', () => {
    assert.deepEqual(quotaCounter('apps', 'deployments').usage(object({}), 0), { 'count/deployments.apps': '1' });
  });
});

test('scopes pick pods', () => {
  const counter = quotaCounter('', 'pods');
  const pod = object({ containers: [container({})], activeDeadlineSeconds: 5, priorityClassName: 'high' });
  const rows: [string, string, string[], boolean][] = [
    ['Terminating', 'Exists', [], true],
    ['NotTerminating', 'Exists', [], false],
    ['BestEffort', 'Exists', [], true],
    ['NotBestEffort', 'Exists', [], false],
    ['PriorityClass', 'In', ['high'], true],
    ['PriorityClass', 'NotIn', ['high'], false],
    ['CrossNamespacePodAffinity', 'Exists', [], false],
  ];
  for (const [scopeName, operator, values, want] of rows) {
    const selector = { scopeName, operator, values } as ScopedResourceSelectorRequirement;
    assert.equal(counter.inScope(pod, selector), want, `${scopeName} ${operator}`);
  }
});

test('amounts add up', () => {
  assert.deepEqual(addAmounts({ a: '1', b: '500m' }, { b: '1', c: '1Gi' }), { a: '1', b: '1500m', c: '1Gi' });
  assert.deepEqual(excessOf({ a: '2', b: '1', c: '1' }, { a: '500m', b: '3' }), { a: '1500m', c: '1' });
  assert.deepEqual(exceeding({ a: '2', b: '1' }, { a: '1', b: '1' }), ['a']);
});
