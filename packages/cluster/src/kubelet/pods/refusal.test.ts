import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aPod } from '@tiphys/sdk/testing';
import { refusalOf } from './refusal.ts';

const allocatable = { cpu: '2', memory: '1Gi', pods: '3', 'example.com/gpu': '1' };
const asking = (requests: Record<string, string>, hostPort?: number, more: object = {}) => {
  const ports = hostPort ? [{ containerPort: 80, hostPort, ...more }] : [];
  return aPod({ spec: { containers: [{ name: 'main', image: 'a', resources: { requests }, ports }] } as never });
};

test('a node takes what it has room for', () => {
  const table: [pod: ReturnType<typeof aPod>, others: ReturnType<typeof aPod>[], reason?: string, message?: string][] =
    [
      [asking({}), []],
      [asking({ cpu: '2', memory: '1Gi' }), []],
      [
        asking({ cpu: '1500m' }),
        [asking({ cpu: '600m' })],
        'OutOfcpu',
        "Node didn't have enough resource: cpu, requested: 1500, used: 600, capacity: 2000",
      ],
      [
        asking({ memory: '2Gi', cpu: '1' }),
        [],
        'OutOfmemory',
        "Node didn't have enough resource: memory, requested: 2147483648, used: 0, capacity: 1073741824",
      ],
      [asking({}), [asking({}), asking({}), asking({})], 'OutOfpods'],
      [asking({ 'example.com/gpu': '1' }), [asking({ 'example.com/gpu': '1' })], 'OutOfexample.com/gpu'],
      // What the node doesn't count isn't its to refuse.
      [asking({ 'example.com/other': '5' }), []],
      [asking({}, 80), [asking({}, 81)]],
      [asking({}, 80), [asking({}, 80)], 'NodePorts'],
      [asking({}, 80), [asking({}, 80, { protocol: 'UDP' })]],
      [asking({}, 80, { hostIP: '127.0.0.1' }), [asking({}, 80, { hostIP: '127.0.0.2' })]],
      [asking({}, 80, { hostIP: '127.0.0.1' }), [asking({}, 80)], 'NodePorts'],
    ];
  for (const [pod, others, reason, message] of table) {
    const refusal = refusalOf(pod, others, allocatable);
    assert.equal(refusal?.reason, reason);
    if (message) assert.equal(refusal?.message, message);
  }
});
