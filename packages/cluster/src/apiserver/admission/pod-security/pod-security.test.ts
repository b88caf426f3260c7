import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { aPod } from '@tiphys/sdk/testing';
import { lineOf } from '@tiphys/sdk/machinery';
import { serverScene, type ServerScene } from '../../server-scene.ts';
import { subjectOf } from './check.ts';
import { detailsText, violationsOf } from './evaluate.ts';
import { existingPodWarnings } from './existing-pods.ts';
import { policyOf, type Policy, type StandardVersion } from './policy.ts';

type Json = Record<string, unknown>;
const main = (securityContext: Json, rest: Json = {}) => ({ name: 'main', image: 'a', securityContext, ...rest });
const careful = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const carefulPod = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
const subject = (spec: Json, annotations: Record<string, string> = {}) =>
  subjectOf(aPod({ metadata: { name: 'p', annotations }, spec: { containers: [main({})], ...spec } as never }));
const prefixed = (name: string) => `container.apparmor.security.beta.kubernetes.io/${name}`;

describe('what a standard does not allow', () => {
  const baseline: [
    name: string,
    spec: Json,
    want: string,
    version?: StandardVersion,
    notes?: Record<string, string>,
  ][] = [
    ['an ordinary pod', {}, ''],
    [
      'profiles of both kinds',
      {
        securityContext: { appArmorProfile: { type: 'Unconfined' } },
        containers: [main({ appArmorProfile: { type: 'Odd' } }), main({})],
      },
      'forbidden AppArmor profiles (pod and container "main" and annotation must not set AppArmor profile type to "Odd", "Unconfined", "container.apparmor.security.beta.kubernetes.io/main="unconfined"")',
      'latest',
      { [prefixed('main')]: 'unconfined', [prefixed('b')]: 'localhost/x' },
    ],
    [
      'capabilities',
      { initContainers: [main({ capabilities: { add: ['SYS_TIME', 'KILL', 'BPF'] } })] },
      'non-default capabilities (container "main" must not include "BPF", "SYS_TIME" in securityContext.capabilities.add)',
    ],
    [
      'probes of other hosts',
      {
        containers: [
          main(
            {},
            {
              livenessProbe: { httpGet: { host: 'h', port: 1 } },
              lifecycle: { preStop: { tcpSocket: { host: 'g', port: 1 } } },
            },
          ),
        ],
      },
      'probe or lifecycle host (container "main" uses probe or lifecycle hosts "g", "h")',
    ],
    ['the same, before', { containers: [main({}, { livenessProbe: { httpGet: { host: 'h', port: 1 } } })] }, '', 33],
    [
      'proc as it is',
      { containers: [main({ procMount: 'Unmasked' })] },
      'procMount (container "main" must not set securityContext.procMount to "Unmasked")',
    ],
    ['proc as it is, for users of its own', { hostUsers: false, containers: [main({ procMount: 'Unmasked' })] }, ''],
    [
      'the same, before',
      { hostUsers: false, containers: [main({ procMount: 'Unmasked' })] },
      'procMount (container "main" must not set securityContext.procMount to "Unmasked")',
      34,
    ],
    ['an engine', { securityContext: { seLinuxOptions: { type: 'container_engine_t' } } }, '', 31],
    [
      'an engine, before',
      { securityContext: { seLinuxOptions: { type: 'container_engine_t' } } },
      'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "container_engine_t")',
      30,
    ],
    [
      'profiles in annotations',
      {},
      'seccompProfile (forbidden annotations container.seccomp.security.alpha.kubernetes.io/main="unconfined", seccomp.security.alpha.kubernetes.io/pod="x")',
      18,
      {
        'seccomp.security.alpha.kubernetes.io/pod': 'x',
        'container.seccomp.security.alpha.kubernetes.io/main': 'unconfined',
        'container.seccomp.security.alpha.kubernetes.io/other': 'unconfined',
      },
    ],
    ['a sysctl', { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } }, '', 32],
    [
      'a sysctl, before',
      { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } },
      'forbidden sysctls (net.ipv4.tcp_rmem)',
      31,
    ],
    [
      'ports of the node',
      {
        containers: [
          main({}, { ports: [{ hostPort: 90 }, { hostPort: 0 }] }),
          { ...main({}, { ports: [{ hostPort: 9 }] }), name: 'b' },
        ],
      },
      'hostPort (containers "main", "b" use hostPorts 9, 90)',
    ],
  ];
  for (const [name, spec, want, version = 'latest', notes = {}] of baseline)
    it(`baseline: ${name} (${version})`, () =>
      assert.equal(detailsText(violationsOf({ level: 'baseline', version }, subject(spec, notes))), want));

  const restricted: [name: string, spec: Json, want: string, version?: StandardVersion][] = [
    ['a careful pod', { securityContext: carefulPod, containers: [main(careful)] }, ''],
    [
      'root',
      {
        securityContext: { ...carefulPod, runAsNonRoot: false, runAsUser: 0 },
        containers: [main({ ...careful, runAsUser: 0 })],
      },
      'runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), runAsUser=0 (pod and container "main" must not set runAsUser=0)',
    ],
    [
      'root of its own users',
      {
        hostUsers: false,
        securityContext: { ...carefulPod, runAsUser: 0 },
        containers: [main({ ...careful, procMount: 'Unmasked' })],
      },
      'procMount (container "main" must not set securityContext.procMount to "Unmasked")',
    ],
    ['what Windows has not', { os: { name: 'windows' }, securityContext: { runAsNonRoot: true } }, ''],
    [
      'a capability, before it was asked to drop all',
      {
        securityContext: carefulPod,
        containers: [main({ allowPrivilegeEscalation: false, capabilities: { add: ['BPF'] } })],
      },
      'non-default capabilities (container "main" must not include "BPF" in securityContext.capabilities.add)',
      21,
    ],
    [
      'volumes',
      {
        securityContext: carefulPod,
        containers: [main(careful)],
        volumes: [
          { name: 'n', nfs: {} },
          { name: 'r', rbd: {} },
          { name: 's', secret: {} },
        ],
      },
      'restricted volume types (volumes "n", "r" use restricted volume types "nfs", "rbd")',
    ],
  ];
  for (const [name, spec, want, version = 'latest'] of restricted)
    it(`restricted: ${name} (${version})`, () =>
      assert.equal(detailsText(violationsOf({ level: 'restricted', version }, subject(spec))), want));
});

describe('what a namespace says', () => {
  const anything = { level: 'privileged', version: 'latest' } as const;
  const defaults: Policy = { enforce: anything, audit: anything, warn: anything };
  const label = (name: string) => `pod-security.kubernetes.io/${name}`;
  const table: [labels: Record<string, string>, enforce: string, warn: string, errors: string[]][] = [
    [{}, 'privileged:latest', 'privileged:latest', []],
    [{ enforce: 'baseline', 'enforce-version': 'v1.20' }, 'baseline:20', 'baseline:20', []],
    [{ enforce: 'baseline', warn: 'restricted' }, 'baseline:latest', 'restricted:latest', []],
    [{ enforce: 'baseline', 'warn-version': 'v1.3', 'enforce-version': 'v1.2' }, 'baseline:2', 'baseline:3', []],
    [
      { enforce: 'odd', warn: '', 'warn-version': 'v1.01' },
      'restricted:latest',
      'privileged:latest',
      [
        'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "odd": must be one of privileged, baseline, restricted',
        'metadata.labels[pod-security.kubernetes.io/warn]: Invalid value: "": must be one of privileged, baseline, restricted',
        'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "v1.01": must be "latest" or "v1.x"',
      ],
    ],
  ];
  for (const [said, enforce, warn, want] of table)
    it(JSON.stringify(said), () => {
      const labels = Object.fromEntries(Object.entries(said).map(([name, value]) => [label(name), value]));
      const { policy, errors } = policyOf(labels, defaults);
      assert.equal(`${policy.enforce.level}:${policy.enforce.version}`, enforce);
      assert.equal(`${policy.warn.level}:${policy.warn.version}`, warn);
      assert.deepEqual(errors.map(lineOf), want);
    });
});

it('of many pods one of each controller is looked at first', () => {
  const owned = (name: string, spec: Json) =>
    aPod({
      metadata: { name, ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'u', controller: true }] },
      spec: { containers: [main({})], ...spec } as never,
    });
  const many = Array.from({ length: 3001 }, (_, i) => owned(`a${i}`, {}));
  const bad = aPod({ metadata: { name: 'bad' }, spec: { containers: [main({})], hostPID: true } as never });
  assert.deepEqual(existingPodWarnings([...many, bad], { level: 'baseline', version: 'latest' }, 'ns'), [
    'new PodSecurity enforce level only checked against the first 3000 of 3002 existing pods',
    'existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:latest"',
    'bad: host namespaces',
  ]);
});

describe('in a server', () => {
  let scene: ServerScene;
  beforeEach(async () => {
    scene = await serverScene();
    const labels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
    await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'held', labels } });
  });
  afterEach(() => scene.stop());
  const pods = '/api/v1/namespaces/held/pods';
  const patch = { headers: { 'content-type': 'application/merge-patch+json' } };
  const spec = { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'a' }] };

  it('a pod is refused, and what makes pods is told of', async () => {
    const body = { metadata: { name: 'p' }, spec: { ...spec, hostPID: true } };
    const { status, message } = await scene.ask('POST', pods, body);
    assert.equal(status, 403);
    assert.equal(
      message,
      'pods "p" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)',
    );
    const template = { metadata: { labels: { a: 'b' } }, spec: body.spec };
    const job = { spec: { template: { ...template, spec: { ...body.spec, restartPolicy: 'Never' } } } };
    const made = await scene.ask('POST', '/apis/batch/v1/namespaces/held/cronjobs', {
      metadata: { name: 'j' },
      spec: { schedule: '@daily', jobTemplate: job },
    });
    assert.equal(made.status, 201);
    assert.match(String(made.headers['warning']), /would violate PodSecurity \\"baseline:latest\\": host namespaces/);
  });

  it('a pod that is there stays; a change of its containers is looked at', async () => {
    const open = { metadata: { labels: { 'pod-security.kubernetes.io/enforce': null } } };
    assert.equal((await scene.ask('PATCH', '/api/v1/namespaces/held', open, patch)).status, 200);
    await scene.ask('POST', pods, { metadata: { name: 'p' }, spec: { ...spec, hostPID: true } });
    const tight = { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } };
    const { headers } = await scene.ask('PATCH', '/api/v1/namespaces/held', tight, patch);
    assert.deepEqual(headers['warning'], [
      '299 - "existing pods in namespace \\"held\\" violate the new PodSecurity enforce level \\"baseline:latest\\""',
      '299 - "p: host namespaces"',
    ]);
    assert.equal((await scene.ask('PATCH', `${pods}/p`, { metadata: { labels: { a: 'b' } } }, patch)).status, 200);
    const image = { spec: { containers: [{ name: 'c', image: 'b' }] } };
    const strategic = { headers: { 'content-type': 'application/strategic-merge-patch+json' } };
    assert.equal((await scene.ask('PATCH', `${pods}/p`, image, strategic)).status, 403);
  });
});
