import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../../../machinery/index.ts';
import { decode } from '../../../../schema/index.ts';
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
