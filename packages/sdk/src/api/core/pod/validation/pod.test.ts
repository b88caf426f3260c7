import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deepCopy, type FieldError, lineOf } from '../../../../machinery/index.ts';
import { decode } from '../../../../schema/index.ts';
import { type Pod, pod } from '../pod.ts';

const aPod = (spec: object = {}, metadata: object = {}): Pod => {
  const object = decode(pod.schema.shape, {
    metadata: { name: 'p', namespace: 'n', ...metadata },
    spec: { containers: [{ name: 'web', image: 'web:1' }], ...spec },
  }) as Pod;
  pod.default!(object);
  pod.prepareForCreate!(object, { now: 0, warn: () => {} });
  return object;
};
const withContainer = (container: object, spec: object = {}): Pod =>
  aPod({ containers: [{ name: 'web', image: 'web:1', ...container }], ...spec });
const linesOf = (errors: Iterable<FieldError> | undefined): string[] => [...(errors ?? [])].map(lineOf);
const volume = (source: object) => aPod({ volumes: [{ name: 'v', ...source }] });

describe('a new pod', () => {
  const rows: [string, Pod, string[]][] = [
    ['good', aPod(), []],
    ['no containers', aPod({ containers: [] }), ['spec.containers: Required value']],
    [
      'a name with dots',
      withContainer({ name: 'a.b' }),
      ['spec.containers[0].name: Invalid value: "a.b": must not contain dots'],
    ],
    ['no image', withContainer({ image: '' }), ['spec.containers[0].image: Required value']],
    [
      'a padded image',
      withContainer({ image: ' web:1' }),
      ['spec.containers[0].image: Invalid value: " web:1": must not have leading or trailing whitespace'],
    ],
    [
      'two containers of one name',
      aPod({
        containers: [
          { name: 'a', image: 'x' },
          { name: 'a', image: 'y' },
        ],
      }),
      ['spec.containers[1].name: Duplicate value: "a"'],
    ],
    [
      'a mount of no volume',
      withContainer({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
      ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
    ],
    [
      'a request above its limit',
      withContainer({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
      ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ],
    [
      'half a device',
      withContainer({ resources: { limits: { 'example.com/gpu': '500m' } } }),
      [
        'spec.containers[0].resources.limits[example.com/gpu]: Invalid value: "500m": must be an integer',
        'spec.containers[0].resources.requests[example.com/gpu]: Invalid value: "500m": must be an integer',
      ],
    ],
    [
      'huge pages alone',
      withContainer({ resources: { limits: { 'hugepages-2Mi': '4Mi' } } }),
      ['spec.containers[0].resources: Forbidden: HugePages require cpu or memory'],
    ],
    [
      'a probe that does two things',
      withContainer({ livenessProbe: { exec: { command: ['x'] }, tcpSocket: { port: 80 } } }),
      ['spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type'],
    ],
    [
      'a liveness probe that wants two successes',
      withContainer({ livenessProbe: { exec: { command: ['x'] }, successThreshold: 2 } }),
      ['spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1'],
    ],
    [
      'a hook longer than the grace',
      withContainer({ lifecycle: { preStop: { sleep: { seconds: 31 } } } }),
      [
        'spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)',
      ],
    ],
    [
      'a variable from nowhere',
      withContainer({ env: [{ name: 'A', valueFrom: {} }] }),
      [
        'spec.containers[0].env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      ],
    ],
    [
      'a variable from a field that volumes have',
      withContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } }] }),
      [
        'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
      ],
    ],
    [
      'a probe of an init container that ends',
      aPod({ initContainers: [{ name: 'i', image: 'x', readinessProbe: { exec: { command: ['x'] } } }] }),
      [
        'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
      ],
    ],
    [
      'a volume of two kinds',
      volume({ emptyDir: {}, hostPath: { path: '/x' } }),
      ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
    ],
    [
      'a host path that climbs',
      volume({ hostPath: { path: '/a/../b' } }),
      ['spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain \'..\''],
    ],
    [
      'a token of no account',
      volume({ projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }),
      [
        'spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set',
      ],
    ],
    [
      'privileged and not to gain privileges',
      withContainer({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
      [
        'spec.containers[0].securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
      ],
    ],
    [
      'no name server when there is no policy',
      aPod({ dnsPolicy: 'None', dnsConfig: {} }),
      ['spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None'],
    ],
    [
      'a spread over nothing',
      aPod({ topologySpreadConstraints: [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Never' }] }),
      [
        'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
        'spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty',
        'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"',
      ],
    ],
    [
      'a toleration of everything that names a value',
      aPod({ tolerations: [{ operator: 'Exists', value: 'x' }] }),
      ['spec.tolerations[0].operator: Invalid value: "x": value must be empty when `operator` is \'Exists\''],
    ],
    [
      'a node before its gates open',
      aPod({ nodeName: 'n1', schedulingGates: [{ name: 'example.com/wait' }] }),
      ['spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared'],
    ],
    [
      'a Linux user on Windows',
      aPod({ os: { name: 'windows' }, securityContext: { runAsUser: 1 } }),
      ['spec.securityContext.runAsUser: Forbidden: cannot be set for a windows pod'],
    ],
    [
      'a host sysctl',
      aPod({ hostNetwork: true, securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '1' }] } }),
      [
        'spec.securityContext.sysctls[0].name: Invalid value: "net.core.somaxconn": may not be specified when \'hostNetwork\' is true',
      ],
    ],
    [
      'less for the pod than for its containers',
      aPod({
        containers: [{ name: 'a', image: 'x', resources: { requests: { cpu: '2' } } }],
        resources: { requests: { cpu: '1' } },
      }),
      [
        'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2',
      ],
    ],
    [
      'a claim that isn’t the pod’s',
      withContainer({ resources: { claims: [{ name: 'gpu' }] } }),
      [
        'spec.containers[0].resources.claims[0]: Not found: "gpu": must be one of the names in pod.spec.resourceClaims which is empty',
      ],
    ],
  ];
  for (const [name, object, want] of rows) {
    test(name, () => assert.deepEqual(linesOf(pod.validate!(object)), want));
  }
});

describe('a changed pod', () => {
  const change = (old: Pod, edit: (next: Pod) => void): string[] => {
    const next = deepCopy(old);
    edit(next);
    return linesOf(pod.validate!(next, old));
  };
  const gated = aPod({
    schedulingGates: [{ name: 'example.com/wait' }],
    nodeSelector: { disk: 'ssd' },
  });

  test('may have another image', () => {
    assert.deepEqual(
      change(aPod(), ({ spec }) => (spec.containers[0]!.image = 'web:2')),
      [],
    );
  });
  test('may not have another command, and is told what differs', () => {
    const [line, ...rest] = change(aPod(), ({ spec }) => (spec.containers[0]!.command = ['sh']));
    assert.match(
      line!,
      /^spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`/,
    );
    assert.match(line!, /\n@@ -\d+,\d+ \+\d+,\d+ @@\n/);
    assert.match(line!, /\n\+ {3}"command": \[\n\+ {4}"sh"\n/);
    assert.deepEqual(rest, []);
  });
  test('may not have more containers', () => {
    const edit = ({ spec }: Pod) => void spec.containers.push({ ...spec.containers[0]!, name: 'more' });
    assert.deepEqual(change(aPod(), edit), [
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ]);
  });
  test('may end sooner, never later', () => {
    const old = aPod({ activeDeadlineSeconds: 60 });
    assert.deepEqual(
      change(old, ({ spec }) => (spec.activeDeadlineSeconds = 30)),
      [],
    );
    assert.deepEqual(
      change(old, ({ spec }) => (spec.activeDeadlineSeconds = 90)),
      ['spec.activeDeadlineSeconds: Invalid value: 90: must be less than or equal to previous value'],
    );
    assert.deepEqual(
      change(old, ({ spec }) => delete (spec as { activeDeadlineSeconds?: number }).activeDeadlineSeconds),
      ['spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value'],
    );
  });
  test('may tolerate more, never less', () => {
    const old = aPod({ tolerations: [{ key: 'a', operator: 'Exists' }] });
    assert.deepEqual(
      change(old, ({ spec }) => void spec.tolerations!.push({ key: 'b', operator: 'Exists' })),
      [],
    );
    assert.deepEqual(
      change(old, ({ spec }) => (spec.tolerations = [{ key: 'b', operator: 'Exists' }])),
      ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
    );
  });
  test('behind its gates may ask for more of its node, never for less', () => {
    assert.deepEqual(
      change(gated, ({ spec }) => (spec.nodeSelector = { disk: 'ssd', zone: 'west' })),
      [],
    );
    assert.deepEqual(
      change(gated, ({ spec }) => (spec.nodeSelector = { disk: 'hdd' })),
      [
        'spec.nodeSelector: Invalid value: {"disk":"hdd"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
      ],
    );
  });
  test('loses gates, never gains them', () => {
    assert.deepEqual(
      change(gated, ({ spec }) => (spec.schedulingGates = [])),
      [],
    );
    assert.deepEqual(
      change(gated, ({ spec }) => (spec.schedulingGates = [{ name: 'example.com/more' }])),
      [
        "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'example.com/more'",
      ],
    );
  });
  test('keeps the faults it was stored with', () => {
    const old = aPod({}, { annotations: { 'controller.kubernetes.io/pod-deletion-cost': 'high' } });
    assert.equal(linesOf(pod.validate!(old)).length, 1);
    assert.deepEqual(
      change(old, ({ metadata }) => (metadata.labels = { app: 'web' })),
      [],
    );
  });
});

test('of its status a new pod has what it says of its class, and nothing else', () => {
  const said = { ...aPod(), status: { phase: 'Running', qosClass: 'Guaranteed' } } as Pod;
  pod.prepareForCreate!(said, { now: 0, warn: () => {} });
  assert.deepEqual(said.status, { phase: 'Pending', qosClass: 'Guaranteed' });
  assert.equal(aPod().status.qosClass, 'BestEffort');
});

test('a new gate that stands twice is told of once', () => {
  const old = aPod({ schedulingGates: [{ name: 'a' }] });
  const next = deepCopy(old);
  next.spec.schedulingGates = [{ name: 'b' }, { name: 'a' }, { name: 'b' }];
  const lines = linesOf(pod.validate!(next, old)).filter((line) => line.includes('only deletion'));
  assert.deepEqual(lines, [
    "spec.schedulingGates[2].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'",
  ]);
});

test('all that is wrong with very much is told', () => {
  const many = Object.fromEntries(Array.from({ length: 150_000 }, (_, i) => [`${i}!`, '']));
  assert.equal([...pod.validate!(aPod({ nodeSelector: many }))].length, 150_000);
});
