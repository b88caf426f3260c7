import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, lineOf } from '../../machinery/index.ts';
import { type AnyKind, decode, erase } from '../../schema/index.ts';
import { controllerRevision } from '../apps/controllerrevision.ts';
import { horizontalPodAutoscaler } from '../autoscaling/horizontalpodautoscaler.ts';
import { lease } from '../coordination/lease.ts';
import { endpoints } from '../core/endpoints.ts';
import { pod } from '../core/pod/pod.ts';
import { type Service, service } from '../core/service/service.ts';
import { clusterRole } from '../rbac/clusterrole.ts';

type Json = Record<string, unknown>;

const selector = (value: string) => ({
  aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'In', values: [value] }] }] },
});
const subsets = (...ips: string[]) => ({ subsets: [{ addresses: ips.map((ip) => ({ ip })) }] });
const badAddress = (i: number, ip: string) => [
  `subsets[0].addresses[${i}].ip: Invalid value: "${ip}": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`,
  `subsets[0].addresses[${i}].ip: Invalid value: "${ip}": must be a valid IP address`,
];
const aService = (clusterIPs: string[], ipFamilies = ['IPv4']) => ({
  spec: { clusterIP: '10.0.0.1', clusterIPs, ipFamilies, ports: [{ port: 80 }] },
});
const scaler = (minReplicas: number) => ({
  spec: {
    scaleTargetRef: { kind: 'A', name: 'a' },
    maxReplicas: 3,
    minReplicas,
    metrics: [{ type: 'External', external: { metric: { name: 'm' }, target: { type: 'Value', value: '1' } } }],
  },
});
const tolerating = (operator: string) => ({
  spec: { containers: [{ name: 'c', image: 'i' }], tolerations: [{ key: 'a', operator, value: '1' }] },
});

const table: [why: string, kind: AnyKind, next: Json, old: Json | undefined, want: string[]][] = [
  ['a new address is looked at', erase(endpoints), subsets('x'), undefined, badAddress(0, 'x')],
  ['what nobody touches may stay', erase(endpoints), subsets('x'), subsets('x'), []],
  ['where one changes all are looked at', erase(endpoints), subsets('x', '1.2.3.4'), subsets('x'), badAddress(0, 'x')],
  [
    'a selector that was bad may be so',
    erase(clusterRole),
    { ...selector('a b'), rules: [] },
    { ...selector('-'), rules: [] },
    [],
  ],
  [
    'no address counts as one of the older family',
    erase(service),
    aService(['x']),
    aService(['x']),
    ['spec.clusterIPs: Invalid value: ["x"]: first value must match `clusterIP`'],
  ],
  [
    'but not as one of the newer',
    erase(service),
    aService(['x'], ['IPv6']),
    aService(['x'], ['IPv6']),
    [
      'spec.clusterIPs: Invalid value: ["x"]: first value must match `clusterIP`',
      'spec.clusterIPs[0]: Invalid value: "x": expected an IPv6 value as indicated by `ipFamilies[0]`',
    ],
  ],
  [
    'two need two families',
    erase(service),
    aService(['10.0.0.1', 'x']),
    aService(['10.0.0.1', 'x']),
    [
      'spec.clusterIPs: Internal error: failed to check for dual stack with error:invalid IP[1]: x',
      'spec.clusterIPs: Invalid value: ["10.0.0.1","x"]: may specify no more than one IP for each IP family',
    ],
  ],
  ['nothing at all is nothing still', erase(controllerRevision), { data: null }, {}, []],
  ['what has gone down to nothing', erase(horizontalPodAutoscaler), scaler(0), scaler(0), []],
  [
    'nobody else does',
    erase(horizontalPodAutoscaler),
    scaler(0),
    scaler(1),
    ['spec.minReplicas: Invalid value: 0: must be greater than or equal to 1'],
  ],
  [
    'what may stay has its rules',
    erase(lease),
    { spec: { strategy: 'x', preferredHolder: 'a' } },
    { spec: { strategy: 'x' } },
    ['spec.strategy.strategy: Unsupported value: "x": supported values: "OldestEmulationVersion"'],
  ],
  [
    'a holder is of an election',
    erase(lease),
    { spec: { preferredHolder: 'a' } },
    { spec: { preferredHolder: 'b' } },
    ['spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined'],
  ],
  ['comparing was let pass once', erase(pod), tolerating('Gt'), tolerating('Gt'), []],
];

test('what an object got away with when it was stored', () => {
  for (const [why, kind, next, old, want] of table) {
    const read = (json: Json) =>
      decode(kind.schema.shape, { metadata: { name: 'x', namespace: 'ns' }, ...json }) as KubeObject;
    const before = old && read(old);
    assert.deepEqual([...kind.validate!(read(next), before)].map(lineOf), want, `${kind.kind}: ${why}`);
  }
});

test('who balances no load tells of no balancer', () => {
  const read = (type: string) =>
    decode(service.schema.shape, {
      metadata: { name: 'x' },
      spec: { type, ports: [{ port: 80 }] },
      status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
    }) as Service;
  for (const [type, count] of [
    ['LoadBalancer', 1],
    ['NodePort', 0],
  ] as const) {
    const next = read(type);
    service.prepareForUpdate!(next, next, { now: 0, warn: () => {} });
    assert.equal(next.status.loadBalancer.ingress?.length ?? 0, count, type);
  }
});
