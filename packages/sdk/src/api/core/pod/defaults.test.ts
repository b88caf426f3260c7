import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decode } from '../../../schema/index.ts';
import { type Pod, pod } from './pod.ts';
import { qosClassOf } from './qos.ts';

const filled = (spec: object, metadata: object = {}, status: object = {}): Pod => {
  const object = decode(pod.schema.shape, { metadata, spec, status }) as Pod;
  pod.default!(object);
  return object;
};
const one = (container: object, spec: object = {}) =>
  filled({ containers: [{ name: 'c', ...container }], ...spec }).spec;

describe('what a pod is given', () => {
  const rows: [string, unknown, unknown][] = [
    [
      'a request for what is limited',
      one({ resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } } }).containers[0]!.resources
        .requests,
      { cpu: '500m', memory: '1Gi' },
    ],
    [
      'a host port on the host’s network',
      one({ ports: [{ containerPort: 80 }] }, { hostNetwork: true }).containers[0]!.ports![0]!.hostPort,
      80,
    ],
    ['service links', one({}).enableServiceLinks, true],
    ['a grace that can be kept', one({}, { terminationGracePeriodSeconds: -5 }).terminationGracePeriodSeconds, 1],
    [
      'an empty directory for a volume of nothing',
      one({}, { volumes: [{ name: 'v' }] }).volumes,
      [{ name: 'v', emptyDir: {} }],
    ],
    [
      'the account under both names',
      [one({}, { serviceAccount: 'a' }).serviceAccountName, one({}, { serviceAccountName: 'b' }).serviceAccount],
      ['a', 'b'],
    ],
    [
      'requests for the whole from its containers and limits',
      one({ resources: { requests: { cpu: '1' } } }, { resources: { limits: { cpu: '2', memory: '1Gi' } } }).resources,
      { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } },
    ],
    [
      'amounts in thousandths at the finest',
      one({ resources: { requests: { cpu: '100u' } } }).containers[0]!.resources.requests,
      { cpu: '1m' },
    ],
    [
      'one address from the list and the list from one',
      [
        filled({}, {}, { podIP: '10.0.0.1' }).status.podIPs,
        filled({}, {}, { podIPs: [{ ip: '10.0.0.2' }] }).status.podIP,
      ],
      [[{ ip: '10.0.0.1' }], '10.0.0.2'],
    ],
    [
      'no init containers by annotation',
      filled({}, { annotations: { 'pod.beta.kubernetes.io/init-containers': '[]', a: 'b' } }).metadata.annotations,
      { a: 'b' },
    ],
  ];
  for (const [name, got, want] of rows) test(name, () => assert.deepEqual(got, want));
});

test('filling twice is filling once, byte for byte', () => {
  const once = filled({
    containers: [
      {
        name: 'c',
        image: 'x',
        ports: [{ containerPort: 1, name: 'p', hostIP: '::' }],
        resources: { limits: { memory: '1', cpu: '1' }, claims: [{ name: 'g' }] },
      },
    ],
    hostNetwork: true,
    serviceAccount: 'a',
  });
  const text = JSON.stringify(once);
  const twice = decode(pod.schema.shape, JSON.parse(text)) as Pod;
  pod.default!(twice);
  assert.equal(JSON.stringify(twice), text);
});

describe('the pull policy of an image', () => {
  const rows: [string, string][] = [
    ['web', 'Always'],
    ['web:latest', 'Always'],
    ['web:1', 'IfNotPresent'],
    ['registry:5000/web', 'Always'],
    ['registry:5000/web:1', 'IfNotPresent'],
    [`web@sha256:${'a'.repeat(64)}`, 'IfNotPresent'],
    [`web:latest@sha256:${'a'.repeat(64)}`, 'Always'],
    ['Not A Name', 'IfNotPresent'],
    ['a'.repeat(64), 'IfNotPresent'],
    ['a'.repeat(256), 'IfNotPresent'],
  ];
  for (const [image, want] of rows)
    test(image, () => assert.equal(one({ image }).containers[0]!.imagePullPolicy, want));
});

describe('how a pod stands when its node runs short', () => {
  const both = { cpu: '1', memory: '1Gi' };
  const rows: [string, object, string][] = [
    ['asks for nothing', one({}), 'BestEffort'],
    ['limited in both', one({ resources: { limits: both } }), 'Guaranteed'],
    ['limited in one', one({ resources: { limits: { cpu: '1' } } }), 'Burstable'],
    ['asks for less than its limit', one({ resources: { limits: both, requests: { cpu: '500m' } } }), 'Burstable'],
    ['asks for devices only', one({ resources: { limits: { 'example.com/gpu': '1' } } }), 'BestEffort'],
    ['limited as a whole', one({}, { resources: { limits: both } }), 'Guaranteed'],
    [
      'one container of two is limited',
      filled({ containers: [{ name: 'a', resources: { limits: both } }, { name: 'b' }] }).spec,
      'Burstable',
    ],
  ];
  for (const [name, spec, want] of rows) test(name, () => assert.equal(qosClassOf(spec as never), want));
});
