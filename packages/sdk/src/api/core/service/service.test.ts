import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../../machinery/index.ts';
import { decode } from '../../../schema/index.ts';
import { type Service, service } from './service.ts';

type Spec = Record<string, unknown>;
const metadata = { name: 's', namespace: 'default' };

function aService(spec: Spec, more: object = {}): Service {
  const object = decode(service.schema.shape, {
    metadata,
    spec: { ports: [{ port: 80 }], ...spec },
    ...more,
  }) as Service;
  service.default!(object);
  return object;
}
const allocated = {
  clusterIP: '10.0.0.9',
  clusterIPs: ['10.0.0.9'],
  ipFamilies: ['IPv4'],
  ipFamilyPolicy: 'SingleStack',
};

test('what is filled', () => {
  const table: [spec: Spec, want: Spec][] = [
    [{}, { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' }],
    [{ ports: [{ port: 80 }] }, { ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }] }],
    [{ ports: [{ port: 80, targetPort: '' }] }, { ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }] }],
    [{ type: 'NodePort' }, { externalTrafficPolicy: 'Cluster' }],
    [{ externalIPs: ['198.51.100.1'] }, { externalTrafficPolicy: 'Cluster' }],
    [{ type: 'LoadBalancer' }, { allocateLoadBalancerNodePorts: true, externalTrafficPolicy: 'Cluster' }],
    [{ sessionAffinity: 'ClientIP' }, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }],
    [{ sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } }, { sessionAffinityConfig: undefined }],
    [{ type: 'ExternalName' }, { internalTrafficPolicy: undefined, externalTrafficPolicy: undefined }],
  ];
  for (const [spec, want] of table) {
    const got = aService(spec).spec as unknown as Spec;
    for (const [k, v] of Object.entries(want)) assert.deepEqual(got[k], v, `${k} of ${JSON.stringify(spec)}`);
  }
});

test('an address of a load balancer is reached as its own unless somebody says otherwise', () => {
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb.example.org' }] } };
  const { ingress } = aService({ type: 'LoadBalancer' }, { status }).status.loadBalancer;
  assert.deepEqual(ingress, [{ ip: '192.0.2.1', ipMode: 'VIP' }, { hostname: 'lb.example.org' }]);
});

test('what is refused', () => {
  const table: [spec: Spec, want: string[]][] = [
    [allocated, []],
    [{ ports: [] }, ['spec.ports: Required value']],
    [{ ports: [], clusterIP: 'None', clusterIPs: ['None'] }, []],
    [
      { ...allocated, type: 'LoadBalancer', ports: [{ port: 10_250 }] },
      ['spec.ports[0]: Invalid value: 10250: may not expose port 10250 externally since it is used by kubelet'],
    ],
    [{ ...allocated, ports: [{ port: 80 }, { port: 81, name: 'b' }] }, ['spec.ports[0].name: Required value']],
    [
      { ...allocated, ports: [{ port: 80, nodePort: 30_000 }] },
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [{ type: 'ExternalName', externalName: 'db.example.org.' }, []],
    [{ type: 'ExternalName', externalName: '.' }, ['spec.externalName: Required value']],
    [
      { type: 'ExternalName', externalName: 'db.example.org', internalTrafficPolicy: 'Some' },
      ['spec.internalTrafficPolicy: Unsupported value: "Some": supported values: "Cluster", "Local"'],
    ],
    [
      { ...allocated, clusterIPs: ['10.0.0.9', 'None'] },
      ['spec.clusterIPs[1]: Invalid value: "None": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [
      { ...allocated, clusterIPs: ['10.0.0.9', 'fd00::9', 'fd00::8'] },
      ['spec.clusterIPs: Invalid value: ["10.0.0.9","fd00::9","fd00::8"]: may only hold up to 2 values'],
    ],
    [
      { ...allocated, type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
      ['spec.healthCheckNodePort: Required value'],
    ],
    [
      { ...allocated, sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } } },
      [
        'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
      ],
    ],
  ];
  for (const [spec, want] of table) {
    assert.deepEqual([...service.validate!(aService(spec))].map(lineOf), want, JSON.stringify(spec));
  }
});

test('what may not change', () => {
  const old = aService({ ...allocated, type: 'LoadBalancer', loadBalancerClass: 'a.example.org/x' });
  const table: [spec: Spec, want: string[]][] = [
    [{}, []],
    [
      { clusterIP: '10.0.0.10', clusterIPs: ['10.0.0.10'] },
      ['spec.clusterIPs[0]: Invalid value: ["10.0.0.10"]: may not change once set'],
    ],
    [{ ipFamilies: ['IPv6'] }, ['spec.ipFamilies[0]: Invalid value: ["IPv6"]: may not change once set']],
    [{ loadBalancerClass: undefined }, ['spec.loadBalancerClass: Invalid value: null: may not change once set']],
  ];
  for (const [spec, want] of table) {
    const next = aService({ ...allocated, type: 'LoadBalancer', loadBalancerClass: 'a.example.org/x', ...spec });
    const got = [...service.validate!(next, old)].map(lineOf).filter((l) => l.includes('once set'));
    assert.deepEqual(got, want, JSON.stringify(spec));
  }
});

test('what a new type has no use for goes, unless somebody changed it', () => {
  const port = { port: 80, nodePort: 30_001 };
  const old = aService({ ...allocated, type: 'NodePort', ports: [port] });
  const update = (spec: Spec) => {
    const next = aService({ ...allocated, type: 'NodePort', ports: [port], ...spec });
    service.prepareForUpdate!(next, old, { now: 0, warn: () => {} });
    return next.spec;
  };
  const external = update({ type: 'ExternalName', externalName: 'x' });
  assert.deepEqual(
    [external.clusterIP, external.clusterIPs, external.ipFamilies, external.ports![0]!.nodePort],
    [undefined, undefined, undefined, undefined],
  );
  assert.equal(update({ type: 'ExternalName', clusterIP: '10.0.0.1' }).clusterIP, '10.0.0.1');
  assert.equal(update({ type: 'ClusterIP' }).ports![0]!.nodePort, undefined);
  assert.equal(update({ type: 'ClusterIP', ports: [{ port: 80, nodePort: 30_002 }] }).ports![0]!.nodePort, 30_002);
  assert.equal(update({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }).ports![0]!.nodePort, 30_001);
});

test('what is told', () => {
  const table: [spec: Spec, want: string[]][] = [
    [allocated, []],
    [
      { clusterIP: 'None', clusterIPs: ['None'], loadBalancerIP: 'x' },
      ['spec.loadBalancerIP is ignored for headless services'],
    ],
    [
      { ...allocated, loadBalancerSourceRanges: ['10.1.0.0/8'] },
      [
        'spec.loadBalancerSourceRanges[0]: CIDR value "10.1.0.0/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.1.0.0/32"?)',
      ],
    ],
    [{ ...allocated, externalName: 'x' }, ['spec.externalName is ignored when spec.type is not "ExternalName"']],
  ];
  for (const [spec, want] of table)
    assert.deepEqual([...service.warnings!(aService(spec))], want, JSON.stringify(spec));
});

test('how it prints', () => {
  const row = (spec: Spec, status = {}) =>
    service.columns!.slice(1, 5).map((c) => c.value(aService(spec, { status }), { now: 0 }));
  assert.deepEqual(row(allocated), ['ClusterIP', '10.0.0.9', '<none>', '80/TCP']);
  assert.deepEqual(row({ ...allocated, type: 'NodePort', ports: [{ port: 80, nodePort: 30_001 }] }), [
    'NodePort',
    '10.0.0.9',
    '<none>',
    '80:30001/TCP',
  ]);
  assert.deepEqual(row({ ...allocated, type: 'LoadBalancer' })[2], '<pending>');
  const ingress = [{ ip: '192.0.2.2' }, { hostname: 'a.example.org' }, { ip: '192.0.2.2' }];
  const balanced = row(
    { ...allocated, type: 'LoadBalancer', externalIPs: ['198.51.100.1'] },
    { loadBalancer: { ingress } },
  );
  assert.equal(balanced[2], '192.0.2.2,a.example.org,198.51.100.1');
  assert.deepEqual(row({ type: 'ExternalName', externalName: 'x', ports: [] }), [
    'ExternalName',
    '<none>',
    'x',
    '<none>',
  ]);
});

test('names may begin with digits where that is on', () => {
  const isGood = (name: string, ...gates: string[]) =>
    service.validateName!(name, false, aService({}), { gates: new Set(gates) }).length === 0;
  const gate = 'RelaxedServiceNameValidation';
  const table: [name: string, open: boolean, shut: boolean][] = [
    ['first', true, true],
    ['1st', true, false],
    ['first-', false, false],
  ];
  for (const [name, open, shut] of table) assert.deepEqual([isGood(name, gate), isGood(name)], [open, shut], name);
});
