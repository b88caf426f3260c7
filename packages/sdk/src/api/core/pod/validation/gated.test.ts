import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../../../machinery/index.ts';
import { decode } from '../../../../schema/index.ts';
import { type FieldGate, fieldGates } from '../../../meta/field-gates.ts';
import { type Pod, pod } from '../pod.ts';

type Json = Record<string, unknown>;
const container = { name: 'c', image: 'i' };
const aPod = (spec: Json, status: Json = {}): Pod =>
  decode(pod.schema.shape, {
    metadata: { name: 'p', namespace: 'ns' },
    spec: { containers: [container], ...spec },
    status,
  }) as Pod;
const lines = (spec: Json, ...gates: string[]): string[] =>
  [...pod.validate!(aPod(spec), undefined, { gates: new Set(gates) })].map(lineOf);

const allBut = (...shut: FieldGate[]) => fieldGates.filter((gate) => !shut.includes(gate));
const podWith = (more: Json, spec: Json = {}) => ({ containers: [{ ...container, ...more }], ...spec });

const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

test('the group that a pod is scheduled with', () => {
  const at = 'spec.schedulingGroup.podGroupName';
  assert.deepEqual(lines({ schedulingGroup: { podGroupName: 'g' } }), []);
  assert.deepEqual(lines({ schedulingGroup: {} }), [
    `${at}: Invalid value: null: must specify one of: \`podGroupName\``,
  ]);
  assert.deepEqual(lines({ schedulingGroup: { podGroupName: 'G' } }), [`${at}: Invalid value: "G": ${subdomain}`]);
});

test('signals to stop by are those of the system', () => {
  const at = 'spec.containers[0].lifecycle.stopSignal';
  const by = (stopSignal: string, os?: string) =>
    lines({ containers: [{ ...container, lifecycle: { stopSignal } }], ...(os && { os: { name: os } }) });
  assert.deepEqual(by('SIGUSR1'), [`${at}: Forbidden: may not be set for containers with empty \`spec.os.name\``]);
  assert.deepEqual(by('SIGUSR1', 'linux'), []);
  assert.deepEqual(by('SIGUSR1', 'windows'), [
    `${at}: Unsupported value: "SIGUSR1": supported values: "SIGKILL", "SIGTERM"`,
  ]);
  assert.match(by('SIGX', 'linux')[0]!, /Unsupported value: "SIGX": supported values: "SIGABRT", "SIGALRM", /);
});

test('tolerations that compare numbers', () => {
  const by = (value: string, ...gates: string[]) =>
    lines({ tolerations: [{ key: 'a', operator: 'Gt', value }] }, ...gates);
  const gate = 'TaintTolerationComparisonOperators';
  const at = 'spec.tolerations[0].value';
  assert.deepEqual(by('5'), [
    'spec.tolerations[0].operator: Unsupported value: "Gt": supported values: "Equal", "Exists", "Lt", "Gt"',
  ]);
  for (const good of ['0', '5', '-5', '9223372036854775807']) assert.deepEqual(by(good, gate), [], good);
  assert.deepEqual(by('9223372036854775808', gate), [
    `${at}: Invalid value: "9223372036854775808": strconv.ParseInt: parsing "9223372036854775808": value out of range`,
  ]);
  assert.equal(by('-0', gate).length, 1);
  assert.deepEqual(by('', gate), [
    `${at}: Invalid value: "": must be non-empty`,
    `${at}: Invalid value: "": strconv.ParseInt: parsing "": invalid syntax`,
  ]);
});

test('a user namespace of its own in the network of the host', () => {
  const both = { hostUsers: false, hostNetwork: true };
  assert.deepEqual(lines(both), ['spec.hostNetwork: Forbidden: when `hostUsers` is false']);
  assert.deepEqual(lines(both, 'UserNamespacesHostNetworkSupport'), []);
});

test('trust bundles and certificates in volumes', () => {
  const at = 'spec.volumes[0].projected.sources[0]';
  const by = (source: Json) => lines({ volumes: [{ name: 'v', projected: { sources: [source] } }] });
  const bundle = (clusterTrustBundle: Json) => by({ clusterTrustBundle });
  const certificate = (more: Json) =>
    by({ podCertificate: { signerName: 'example.org/s', keyType: 'ED25519', keyPath: 'k', ...more } });
  const table: [got: string[], want: string[]][] = [
    [bundle({ name: 'example.org:s:b', path: 'p' }), []],
    [bundle({ signerName: 'example.org/s', path: 'p', labelSelector: {} }), []],
    [
      bundle({}),
      [
        `${at}.clusterTrustBundle: Required value: either name or signerName must be specified`,
        `${at}.clusterTrustBundle.path: Required value`,
      ],
    ],
    [
      bundle({ name: 'a:B', path: 'p', labelSelector: {} }),
      [
        `${at}.clusterTrustBundle.name: Invalid value: "a:B": not a valid clustertrustbundlename: ${subdomain}`,
        `${at}.clusterTrustBundle.labelSelector: Invalid value: {}: labelSelector must be unset if name is specified`,
      ],
    ],
    [
      bundle({ name: 'a', signerName: 'b', path: 'p' }),
      [
        `${at}.clusterTrustBundle: Invalid value: {"Name":"a","SignerName":"b","LabelSelector":null,"Optional":null,"Path":"p"}: only one of name and signerName may be used`,
      ],
    ],
    [certificate({}), []],
    [
      certificate({ keyType: 'RSA1', maxExpirationSeconds: 3599, keyPath: '' }),
      [
        `${at}.podCertificate.keyType: Unsupported value: "RSA1": supported values: "RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"`,
        `${at}.podCertificate.maxExpirationSeconds: Invalid value: 3599: if provided, maxExpirationSeconds must be >= 3600`,
        `${at}.podCertificate: Required value: specify at least one of credentialBundlePath, keyPath, and certificateChainPath`,
      ],
    ],
    [
      certificate({ certificateChainPath: 'k', maxExpirationSeconds: 7862401 }),
      [
        `${at}.podCertificate.maxExpirationSeconds: Invalid value: 7862401: if provided, maxExpirationSeconds must be <= 7862400`,
        'spec.volumes[0].projected: Invalid value: "k": conflicting duplicate paths',
      ],
    ],
  ];
  for (const [got, want] of table) assert.deepEqual(got, want);
});

test("claims that are served from the node's own resources", () => {
  const { status } = pod;
  assert.ok(typeof status === 'object');
  const by = (claim: Json) => {
    const next = aPod(
      { resourceClaims: [{ name: 'a', resourceClaimName: 'known' }] },
      {
        nodeAllocatableResourceClaimStatuses: [claim],
      },
    );
    return [...status.validate!(next, aPod({}), { now: 0 })].map(lineOf);
  };
  const at = 'status.nodeAllocatableResourceClaimStatuses[0]';
  assert.deepEqual(by({ resourceClaimName: 'known', containers: ['c'], resources: { cpu: '1' } }), []);
  assert.deepEqual(by({ resourceClaimName: 'x', resources: { 'a.b/c': '-1' } }), [
    `${at}.resourceClaimName: Invalid value: "x": no mapping found in pod reference`,
    `${at}.containers: Required value: must not be empty`,
    `${at}.resources[a.b/c]: Invalid value: "a.b/c": must be a node allocatable resource name`,
    `${at}.resources[a.b/c]: Invalid value: "-1": must be non-negative`,
  ]);
});

test('what rules say where a gate is shut', () => {
  const file = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`';
  const nothing = podWith({ env: [{ name: 'A', valueFrom: {} }] });
  const rule = (action: string) => ({ action, exitCodes: { operator: 'In', values: [1] } });
  const all = podWith({ restartPolicy: 'Never', restartPolicyRules: [rule('RestartAllContainers')] });
  const sidecar = {
    initContainers: [{ ...container, name: 'i', restartPolicy: 'Always', restartPolicyRules: [rule('Restart')] }],
  };
  const at = 'spec.containers[0]';
  const table: [spec: Json, shut: FieldGate, want: string[]][] = [
    [
      nothing,
      'PodDeletionCost',
      [`${at}.env[0].valueFrom: Invalid value: "": must specify one of: ${file}, \`secretKeyRef\` or \`fileKeyRef\``],
    ],
    [
      nothing,
      'EnvFiles',
      [`${at}.env[0].valueFrom: Invalid value: "": must specify one of: ${file} or \`secretKeyRef\``],
    ],
    [all, 'EnvFiles', []],
    [
      all,
      'RestartAllContainersOnContainerExits',
      [`${at}.restartPolicyRules[0].action: Unsupported value: "RestartAllContainers": supported values: "Restart"`],
    ],
    [sidecar, 'EnvFiles', []],
    [
      sidecar,
      'RestartAllContainersOnContainerExits',
      [
        'spec.initContainers[0].restartPolicyRules: Forbidden: restartPolicyRules are not allowed for init containers with restart policy Always',
      ],
    ],
  ];
  for (const [spec, shut, want] of table) assert.deepEqual(lines(spec, ...allBut(shut)), want, shut);
  for (const spec of [all, sidecar]) {
    const gates = new Set(allBut('RestartAllContainersOnContainerExits'));
    assert.deepEqual([...pod.validate!(aPod(spec), aPod(spec), { gates })].map(lineOf), [], 'stays');
  }
});

test('keys of spread constraints are merged into the selector, or stay apart from it', () => {
  const merge: FieldGate = 'MatchLabelKeysInPodTopologySpreadSelectorMerge';
  const spread = (matchExpressions: Json[]) => ({
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'k',
        whenUnsatisfiable: 'DoNotSchedule',
        matchLabelKeys: ['app'],
        labelSelector: { matchExpressions },
      },
    ],
  });
  const made = (...gates: string[]) => {
    const one = aPod(spread([]));
    one.metadata.labels = { app: 'x' };
    pod.prepareForCreate!(one, { now: 0, gates: new Set(gates), warn: () => {} });
    return one.spec.topologySpreadConstraints![0]!.labelSelector?.matchExpressions;
  };
  const merged = [{ key: 'app', operator: 'In', values: ['x'] }];
  assert.deepEqual(made(...allBut('EnvFiles')), merged);
  assert.equal(made(...allBut(merge)), undefined);
  const both = spread(merged);
  const apart = 'exists in both matchLabelKeys and labelSelector';
  const lineAt = `spec.topologySpreadConstraints[0].matchLabelKeys[0]: Invalid value: "app": ${apart}`;
  assert.deepEqual(lines(both, ...allBut('EnvFiles')), []);
  assert.deepEqual(lines(both, ...allBut(merge)), [lineAt]);
  assert.deepEqual(lines(both, ...allBut('MatchLabelKeysInPodTopologySpread')), [lineAt]);
  const gates = new Set(allBut(merge));
  assert.deepEqual([...pod.validate!(aPod(both), aPod(both), { gates })].map(lineOf), [], 'made before it was shut');
});

test('a bound pod may be nominated where nobody takes that back', () => {
  const { status } = pod;
  assert.ok(typeof status === 'object');
  const nominated = (...gates: string[]) => [
    ...status.validate!(aPod({ nodeName: 'a' }, { nominatedNodeName: 'b' }), aPod({ nodeName: 'a' }), {
      now: 0,
      gates: new Set(gates),
    }),
  ];
  assert.equal(nominated(...allBut('EnvFiles')).length, 1);
  assert.deepEqual(nominated(...allBut('ClearingNominatedNodeNameAfterBinding')), []);
});

test('what may be resized where gates are shut', () => {
  const resized = (spec: Json, old: Json, ...gates: string[]) =>
    [...pod.parts!['resize']!.validate!(aPod(spec), aPod(old), { now: 0, gates: new Set(gates) })].map(lineOf);
  const cpu = (cpu: string) => ({ requests: { cpu }, limits: { cpu } });
  const whole = (amount: string) => podWith({ resources: cpu('1') }, { resources: cpu(amount) });
  const init = (amount: string) => ({
    ...podWith({ resources: cpu('1') }),
    initContainers: [{ ...container, name: 'i', resources: cpu(amount) }],
  });
  const podLevel: FieldGate = 'InPlacePodLevelResourcesVerticalScaling';
  const ofInits: FieldGate = 'InPlacePodVerticalScalingInitContainers';
  const table: [make: (amount: string) => Json, shut: FieldGate, want: string[]][] = [
    [whole, ofInits, []],
    [
      whole,
      podLevel,
      [
        `[]: Forbidden: resize of pods with pod-level resources is forbidden when ${podLevel}Enabled feature gate is disabled`,
      ],
    ],
    [init, podLevel, []],
    [init, ofInits, ['spec: Forbidden: resources for non-sidecar init containers are immutable']],
  ];
  for (const [make, shut, want] of table) assert.deepEqual(resized(make('3'), make('2'), ...allBut(shut)), want, shut);
});
