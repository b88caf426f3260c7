import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSecureContext } from 'node:tls';
import { Command, CommanderError } from 'commander';
import { apiserverCommand } from './commands/apiserver.ts';
import { parsePortRange } from './flags.ts';
import { servingFlags, servingOptionsOf } from './serving-flags.ts';
import { fieldGates, standardGates } from '@tiphys/sdk/api';
import { dependencyProblems, enabledGates, idleGatesNote, isDefault, parseFeatureGates } from './feature-gates.ts';

/** What is said about wrong flags; undefined when they are fine. */
function complaint(...argv: string[]): string | undefined {
  let said = '';
  const quiet = (c: Command) => c.exitOverride().configureOutput({ writeErr: (text) => void (said += text) });
  const program = quiet(new Command('tiphys')).addCommand(quiet(apiserverCommand()).action(() => {}));
  try {
    program.parse(['node', 'tiphys', 'apiserver', ...argv]);
    return undefined;
  } catch (err) {
    if (!(err instanceof CommanderError)) throw err;
    return said;
  }
}

test("manifests' flags are taken", () => {
  const kubeadms = [
    '--advertise-address=192.168.0.10',
    '--allow-privileged=true',
    '--audit-log-batch-throttle-qps=2.5',
    '--audit-log-compress',
    '--audit-log-maxage=30',
    '--audit-log-path=/var/log/kubernetes/audit.log',
    '--audit-policy-file=/etc/kubernetes/audit-policy.yaml',
    '--audit-webhook-batch-initial-backoff=5s',
    '--audit-webhook-config-file=/etc/kubernetes/audit-webhook.yaml',
    '--audit-webhook-truncate-enabled=true',
    '--authorization-mode=Node,RBAC',
    '--client-ca-file=/etc/kubernetes/pki/ca.crt',
    '--enable-admission-plugins=NodeRestriction',
    '--enable-bootstrap-token-auth=true',
    '--etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt',
    '--etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt',
    '--etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key',
    '--etcd-servers=https://127.0.0.1:2379',
    '--kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt',
    '--kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key',
    '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
    '--proxy-client-cert-file=/etc/kubernetes/pki/front-proxy-client.crt',
    '--proxy-client-key-file=/etc/kubernetes/pki/front-proxy-client.key',
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
    '--secure-port=6443',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    '--service-account-key-file=/etc/kubernetes/pki/sa.pub',
    '--service-account-signing-key-file=/etc/kubernetes/pki/sa.key',
    '--service-cluster-ip-range=10.96.0.0/12',
    '--tls-cert-file=/etc/kubernetes/pki/apiserver.crt',
    '--tls-private-key-file=/etc/kubernetes/pki/apiserver.key',
    '--profiling=false',
    '--v=4',
  ];
  assert.equal(complaint(...kubeadms), undefined);
});

test('what is wrong is told', () => {
  const table: [flags: string[], want: RegExp][] = [
    [['--no-such-flag'], /unknown option '--no-such-flag'/],
    [['--audit-log-maxage=often'], /strconv.ParseInt: parsing "often": invalid syntax/],
    [['--audit-log-batch-throttle-qps=x'], /strconv.ParseFloat: parsing "x": invalid syntax/],
    [['--audit-log-compress=maybe'], /Say true or false/],
    [['--audit-webhook-initial-backoff=soon'], /time: invalid duration "soon"/],
    [['--request-timeout=soon'], /time: invalid duration "soon"/],
    [['--request-timeout=-1s'], /A duration from 0 on/],
    [['--event-ttl=5'], /time: missing unit in duration "5"/],
    [['--service-node-port-range=9-1'], /end port cannot be less than start port: 9-1/],
    [['--max-requests-inflight=-1'], /A whole number/],
    [['--anonymous-auth=perhaps'], /Say true or false/],
    [['--bind-address=here'], /An IP address/],
    [['--tls-min-version=TLS1.2'], /unknown tls version "TLS1\.2"/],
    [['--tls-cipher-suites=TLS_AES_128_GCM_SHA256,FOO'], /Cipher suite FOO not supported or doesn't exist/],
    [['--tls-sni-cert-key=a.crt'], /expected comma separated certificate and key file paths/],
    [['--goaway-chance=0.5'], /can not be less than 0 or greater than 0\.02/],
    [['--cors-allowed-origins=a.example'], /does not pin to start\/end of host/],
    [['--cors-allowed-origins=^('], /has an invalid regular expression/],
    [['--strict-transport-security-directives=max-age=x'], /allowed values: max-age=expireTime/],
    [['--emulated-version=1.34'], /only 1\.36 is there/],
    [['--show-hidden-metrics-for-version=1.30'], /must be omitted or have the value '1\.35'/],
    [['--logging-format=json'], /Unsupported log format/],
    [['--etcd-servers-overrides=events#http://a:1'], /must be of format: group\/resource#servers/],
    [['--feature-gates=NoSuchGate=true'], /unrecognized feature gate: NoSuchGate/],
    [['--feature-gates=APIServerIdentity'], /missing bool value for APIServerIdentity/],
    [['--feature-gates=APIServerIdentity=maybe'], /invalid value of APIServerIdentity=maybe, err: strconv\.ParseBool/],
    [
      ['--feature-gates=APIServerTracing=false'],
      /cannot set feature gate APIServerTracing to false, feature is locked to true/,
    ],
  ];
  for (const [flags, want] of table) assert.match(complaint(...flags) ?? 'nothing', want, flags.join(' '));
});

test('how the server is reached is said in upstream’s words', () => {
  const parsed = (...said: string[]) => {
    const command = new Command().exitOverride();
    for (const option of servingFlags()) command.addOption(option);
    command.parse(said, { from: 'user' });
    return servingOptionsOf(command.opts());
  };
  assert.deepEqual(parsed(), {});
  assert.deepEqual(
    parsed('--tls-sni-cert-key=a.crt,a.key', '--tls-sni-cert-key=b.crt,b.key:*.b.example,c.example').named,
    [
      { certFile: 'a.crt', keyFile: 'a.key', names: [] },
      { certFile: 'b.crt', keyFile: 'b.key', names: ['*.b.example', 'c.example'] },
    ],
  );
  const suites = '--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_256_CBC_SHA';
  const { ciphers, minVersion } = parsed(suites, '--tls-min-version=VersionTLS12');
  assert.equal(minVersion, 'TLSv1.2');
  assert.match(ciphers ?? '', /^TLS_AES.*:ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA$/);
  createSecureContext({ ciphers: ciphers! });
  assert.deepEqual(
    parsed('--cors-allowed-origins=^https://a$,//b(:|$)', '--strict-transport-security-directives=max-age=5,preload'),
    { corsOrigins: ['^https://a$', '//b(:|$)'], strictTransport: ['max-age=5', 'preload'] },
  );
});

test('feature gates add up', () => {
  const first = parseFeatureGates('APIServerIdentity=false, AllAlpha=true,');
  const both = parseFeatureGates('APIServerIdentity=true,APIServerTracing=true', first);
  assert.deepEqual(
    [...both],
    [
      ['APIServerIdentity', true],
      ['AllAlpha', true],
      ['APIServerTracing', true],
    ],
  );
  assert.ok(isDefault('APIServerIdentity', true) && !isDefault('AllAlpha', true));
});

test('gates of members and rules stand by default as the flag has them', () => {
  const byDefault = enabledGates(new Map());
  assert.deepEqual(
    [...standardGates],
    fieldGates.filter((gate) => byDefault.has(gate)),
  );
  for (const gate of fieldGates) parseFeatureGates(`${gate}=${!standardGates.has(gate)}`);
});

test('who sets a gate that nothing asks about is told', () => {
  const note = (said: string) => idleGatesNote(parseFeatureGates(said), ['EnvFiles']);
  assert.equal(note('EnvFiles=false,AllBeta=false,OpenAPIEnums=true'), undefined);
  assert.equal(note('EnvFiles=false,SELinuxMount=true'), 'feature gates that change nothing here: SELinuxMount');
});

test('a gate that is named counts for more than all of its stage', () => {
  const table: [said: string, alpha: boolean, beta: boolean][] = [
    ['', false, false],
    ['AllAlpha=true', true, false],
    ['AllBeta=true', false, true],
    ['AllAlpha=true,GenericWorkload=false', false, false],
    ['ClusterTrustBundle=true,AllBeta=false', false, true],
  ];
  for (const [said, ...want] of table) {
    const on = enabledGates(parseFeatureGates(said));
    assert.deepEqual([on.has('GenericWorkload'), on.has('ClusterTrustBundle')], want, said);
  }
});

test('a gate needs those it stands on', () => {
  const table: [said: string, want: string[]][] = [
    ['', []],
    ['AllAlpha=true,AllBeta=true', []],
    [
      'GangScheduling=true',
      ['GangScheduling is enabled, but depends on features that are disabled: [GenericWorkload]'],
    ],
    ['GangScheduling=true,GenericWorkload=true', []],
    [
      'PodLevelResources=false',
      [
        'InPlacePodLevelResourcesVerticalScaling is enabled, but depends on features that are disabled: [PodLevelResources]',
      ],
    ],
  ];
  for (const [said, want] of table)
    assert.deepEqual(dependencyProblems(enabledGates(parseFeatureGates(said))), want, said);
});

test('how ranges of ports are written', () => {
  const table: [text: string, want: [lowest: number, highest: number] | string | undefined][] = [
    ['', undefined],
    ['5000-9000', [5000, 9000]],
    [' 30000+100 ', [30000, 30100]],
    ['30000', [30000, 30000]],
    ['abc', 'strconv.Atoi: parsing "abc": invalid syntax'],
    ['30000-x', 'strconv.Atoi: parsing "x": invalid syntax'],
    ['-5-10', 'strconv.Atoi: parsing "": invalid syntax'],
    ['40000-30000', 'end port cannot be less than start port: 40000-30000'],
    ['1-70000', 'the port range cannot be greater than 65535: 1-70000'],
    ['65535+10', 'the port range cannot be greater than 65535: 65535+10'],
    ['30000-30010+2', 'unable to parse port range: 30000-30010+2'],
  ];
  for (const [text, want] of table) {
    if (typeof want === 'string') assert.throws(() => parsePortRange(text), { message: want });
    else assert.deepEqual(parsePortRange(text), want && { lowest: want[0], highest: want[1] }, text);
  }
});
