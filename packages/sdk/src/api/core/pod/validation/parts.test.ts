import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deepCopy, lineOf } from '../../../../machinery/index.ts';
import { decode, type PartStrategy } from '../../../../schema/index.ts';
import { type Pod, pod } from '../pod.ts';

const both = { cpu: '1', memory: '1Gi' };
const aPod = (container: object = {}, { spec = {}, status = {}, metadata = {} } = {}): Pod => {
  const object = decode(pod.schema.shape, {
    metadata: { name: 'p', namespace: 'n', ...metadata },
    spec: { containers: [{ name: 'c', image: 'x', ...container }], ...spec },
    status: { phase: 'Running', qosClass: 'Burstable', ...status },
  }) as Pod;
  pod.default!(object);
  return object;
};

/** What a part says to a change, once it has put back what isn't its own. */
function written(part: PartStrategy<Pod>, old: Pod, edit: (next: Pod) => void): { next: Pod; lines: string[] } {
  const next = deepCopy(old);
  edit(next);
  part.prepareForUpdate!(next, old, { now: 0, warn: () => {} });
  return { next, lines: [...part.validate!(next, old, { now: 0 })].map(lineOf) };
}

describe('a resize', () => {
  const resize = pod.parts!['resize']!;
  const old = aPod({ resources: { requests: both } });

  test('changes CPU and memory and nothing else', () => {
    const { next, lines } = written(resize, old, ({ spec, metadata }) => {
      spec.containers[0]!.resources = { requests: { cpu: '2', memory: '2Gi' } };
      spec.containers[0]!.image = 'y';
      metadata.labels = { a: 'b' };
    });
    assert.deepEqual(lines, []);
    assert.deepEqual(next.spec.containers[0]!.resources, { requests: { cpu: '2', memory: '2Gi' } });
    assert.equal(next.spec.containers[0]!.image, 'x');
    assert.equal(next.metadata.labels, undefined);
  });
  test('keeps the class', () => {
    const { lines } = written(
      resize,
      old,
      ({ spec }) => (spec.containers[0]!.resources = { requests: both, limits: both }),
    );
    assert.deepEqual(lines, ['spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing']);
  });
  test('takes nothing away', () => {
    const { lines } = written(resize, old, ({ spec }) => (spec.containers[0]!.resources = { requests: { cpu: '1' } }));
    assert.deepEqual(lines, ['spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed']);
  });
  test('is for CPU and memory', () => {
    const gpu = { 'example.com/gpu': '1' };
    const { lines } = written(
      resize,
      old,
      ({ spec }) => (spec.containers[0]!.resources = { requests: { ...both, ...gpu }, limits: gpu }),
    );
    assert.deepEqual(lines, ['spec: Forbidden: only cpu and memory resources are mutable']);
  });
  test('adds no container', () => {
    const { lines } = written(
      resize,
      old,
      ({ spec }) => void spec.containers.push({ ...spec.containers[0]!, name: 'd' }),
    );
    assert.deepEqual(lines, ['spec.containers: Forbidden: containers may not be added or removed on resize']);
  });
});

describe('ephemeral containers', () => {
  const part = pod.parts!['ephemeralcontainers']!;
  const decoded = (name: string, more: object = {}) =>
    (decode(pod.schema.shape, { spec: { ephemeralContainers: [{ name, image: 'x', ...more }] } }) as Pod).spec
      .ephemeralContainers![0]!;
  const old = aPod();
  old.spec.ephemeralContainers = [decoded('e')];

  test('are added', () => {
    const { lines } = written(
      part,
      old,
      ({ spec }) => void spec.ephemeralContainers!.push(decoded('f', { targetContainerName: 'c' })),
    );
    assert.deepEqual(lines, []);
  });
  test('are never removed', () => {
    const { lines } = written(part, old, ({ spec }) => (spec.ephemeralContainers = []));
    assert.deepEqual(lines, [
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "e" may not be removed\n',
    ]);
  });
  test('have no ports and no probes', () => {
    const probe = { exec: { command: ['x'] } };
    const { lines } = written(
      part,
      old,
      ({ spec }) =>
        void spec.ephemeralContainers!.push(decoded('f', { ports: [{ containerPort: 1 }], livenessProbe: probe })),
    );
    assert.deepEqual(lines, [
      'spec.ephemeralContainers[1].ports: Forbidden: cannot be set for an Ephemeral Container',
      'spec.ephemeralContainers[1].livenessProbe: Forbidden: cannot be set for an Ephemeral Container',
    ]);
  });
  test('are not for static pods', () => {
    const mirror = aPod(
      {},
      { spec: { nodeName: 'n' }, metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } },
    );
    const { lines } = written(part, mirror, ({ spec }) => (spec.ephemeralContainers = [decoded('f')]));
    assert.deepEqual(lines, ['[]: Forbidden: static pods do not support ephemeral containers']);
  });
});

describe('a status', () => {
  const part = pod.status as PartStrategy<Pod>;
  const ended = (exitCode: number) => [{ name: 'c', state: { terminated: { exitCode } }, restartCount: 0 }];
  const onFailure = (exitCode: number) =>
    aPod({}, { spec: { restartPolicy: 'OnFailure' }, status: { containerStatuses: ended(exitCode) } });
  const start = ({ status }: Pod): void => {
    status.containerStatuses![0]!.state = { running: { startedAt: null } };
  };
  const rows: [string, Pod, (next: Pod) => void, string[]][] = [
    ['a container that failed may run again', onFailure(1), start, []],
    [
      'one that succeeded may not',
      onFailure(0),
      start,
      ['status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state'],
    ],
    [
      'the class stays',
      aPod(),
      ({ status }) => (status.qosClass = 'Guaranteed'),
      ['status.qosClass: Invalid value: "Guaranteed": field is immutable'],
    ],
    [
      'an address that is none',
      aPod(),
      ({ status }) => (status.podIPs = [{ ip: '10.0.0.1' }, { ip: 'x' }]),
      [
        'status.podIPs[1]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'status.podIPs: Internal error: failed to check for dual stack with error:invalid IP[1]: x',
        'status.podIPs: Invalid value: [{"IP":"10.0.0.1"},{"IP":"x"}]: may specify no more than one IP for each IP family',
      ],
    ],
    [
      'one address of a family',
      aPod(),
      ({ status }) => (status.podIPs = [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }]),
      [
        'status.podIPs: Invalid value: [{"IP":"10.0.0.1"},{"IP":"10.0.0.2"}]: may specify no more than one IP for each IP family',
      ],
    ],
    [
      'a bound pod is nominated no more',
      aPod({}, { spec: { nodeName: 'a' } }),
      ({ status }) => (status.nominatedNodeName = 'b'),
      ['status.nominatedNodeName: Forbidden: may not be set on pods that are already bound to a node'],
    ],
  ];
  for (const [name, old, edit, want] of rows) test(name, () => assert.deepEqual(written(part, old, edit).lines, want));
  test('leaves the spec and the owners alone', () => {
    const { next } = written(part, aPod(), ({ spec, metadata }) => {
      spec.nodeName = 'n';
      metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }];
    });
    assert.equal(next.spec.nodeName, undefined);
    assert.equal(next.metadata.ownerReferences, undefined);
  });
});
