import { goDuration, isObject } from '@tiphys/sdk/machinery';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ApiServerOptions } from '../apiserver-options.ts';
import { admissionFlags, type AdmissionFlags, admissionOptionsOf } from '../admission-flags.ts';
import { type AuthorizationFlags, authorizationFlags, checkAuthorization } from '../authorization-flags.ts';
import { Failure } from '../failure.ts';
import { refuseUnfair } from '../fairness-flags.ts';
import { aggregationFlags, aggregationNotes, aggregationOptionsOf } from '../aggregation-flags.ts';
import {
  authenticationFlags,
  type AuthenticationFlags,
  authenticationNotes,
  authenticationOptionsOf,
} from '../authentication-flags.ts';
import { auditFlags, auditOptionsOf } from '../audit-flags.ts';
import { servingFlags, type ServingFlags, servingOptionsOf } from '../serving-flags.ts';
import { versionFlags } from '../version-flags.ts';
import { agreedGates, featureGatesFlag, idleGatesNote } from '../feature-gates.ts';
import { flags, parseBool, parseCount, parseList, parsePeriod, parsePortRange } from '../flags.ts';
import type { Level } from '../logger.ts';
import { stopSignal } from '../stop-signal.ts';

interface Flags extends ServingFlags, AdmissionFlags, AuthorizationFlags, AuthenticationFlags {
  dataDir: string;
  clientCaFile?: string;
  kubeletCertificateAuthority?: string;
  serviceClusterIpRange: string;
  allowPrivileged: boolean;
  eventTtl: number;
  serviceNodePortRange?: NonNullable<ApiServerOptions['nodePortRange']>;
  runtimeConfig?: string;
  enablePriorityAndFairness: boolean;
  maxRequestsInflight: number;
  maxMutatingRequestsInflight: number;
  requestTimeout: number;
  minRequestTimeout: number;
  shutdownDelayDuration: number;
  etcdServers?: readonly string[];
  etcdServersOverrides?: readonly EtcdOverride[];
  etcdPrefix: string;
  etcdCompactionInterval: number;
  encryptionProviderConfig?: string;
  encryptionProviderConfigAutomaticReload: boolean;
  etcdCafile?: string;
  etcdCertfile?: string;
  etcdKeyfile?: string;
  serveEtcd?: string;
  featureGates?: ReadonlyMap<string, boolean>;
  profiling: boolean;
  v: number;
  logLevel: Level;
}

type EtcdOverride = NonNullable<ApiServerOptions['etcdOverrides']>[number];

export const apiserverCommand = (): Command => {
  const command = new Command('apiserver')
    .description('The API server alone, over the store in its data directory.')
    .addOption(flags.dataDir());
  for (const option of [
    ...servingFlags(),
    ...access(),
    ...objects(),
    ...aggregationFlags(),
    ...limits(),
    ...storage(),
    ...authenticationFlags(),
    ...auditFlags(),
    ...telling(),
  ])
    command.addOption(option);
  for (const [flag, word] of Object.entries(withoutEffect))
    command.addOption(new Option(`--${flag} [${word}]`, 'taken, and of no effect here').hideHelp());
  return command.action(run);
};

const file = (flag: string, description: string) => new Option(`${flag} <file>`, description);
const count = (flag: string, description: string, value: number) =>
  new Option(`${flag} <number>`, description).argParser(parseCount).default(value);
const period = (flag: string, description: string, value: string) =>
  new Option(`${flag} <duration>`, description).argParser(parsePeriod).default(parsePeriod(value), value);

const access = (): Option[] => [
  file('--client-ca-file', "authority of clients' certificates, beside the cluster's own"),
  file(
    '--kubelet-certificate-authority',
    "authority of the certificates of nodes' agents; without it they aren't checked",
  ),
  ...authorizationFlags(),
];

const objects = (): Option[] => [
  flags.serviceRange('10.0.0.0/24'),
  flags.allowPrivileged(),
  period('--event-ttl', 'how long events last after their last write; 0 for ever', '1h0m0s'),
  new Option('--service-node-port-range <range>', 'ports of nodes that services get: first-last, or first+more')
    .argParser(parsePortRange)
    .default(undefined, '30000-32767'),
  flags.runtimeConfig(),
  ...admissionFlags(),
];

const limits = (): Option[] => [
  new Option(
    '--enable-priority-and-fairness [bool]',
    'whether the limits of requests in work, added up, are shared out among priority levels, where requests wait for their turn',
  )
    .argParser(parseBool)
    .preset('true')
    .default(true),
  count(
    '--max-requests-inflight',
    'what levels share is this and the limit of writing requests; without priority and fairness, reading requests in work at once, 0 for any number',
    400,
  ),
  count(
    '--max-mutating-requests-inflight',
    'what levels share is this and the limit above; without priority and fairness, writing requests in work at once, 0 for any number',
    200,
  ),
  period('--request-timeout', 'how long a request may take, watches and the like aside', '1m0s'),
  count('--min-request-timeout', 'seconds after which a watch ends at the earliest', 1800),
  period('--shutdown-delay-duration', 'how long to go on after being asked to end, no longer ready', '0s'),
];

const storage = (): Option[] => [
  new Option(
    '--etcd-servers <urls>',
    'members of an etcd cluster to store in, scheme://ip:port,… or unix:///path; without them the store is in the data directory',
  ).argParser(parseList),
  new Option(
    '--etcd-servers-overrides <overrides>',
    'other etcd clusters for some resources: group/resource#url;url,…',
  ).argParser(parseOverrides),
  new Option('--etcd-prefix <prefix>', 'what all keys start with').default('/registry'),
  file('--etcd-cafile', "the authority of etcd's certificates"),
  file('--etcd-certfile', 'the certificate to show to etcd'),
  file('--etcd-keyfile', 'its key'),
  period('--etcd-compaction-interval', 'how often the store is compacted; 0 for never', '5m0s'),
  file('--encryption-provider-config', 'which values are encrypted in the store: an EncryptionConfiguration'),
  new Option('--encryption-provider-config-automatic-reload [bool]', 'whether that file is followed')
    .argParser(parseBool)
    .preset('true')
    .default(false),
  flags.serveEtcd(),
];

const telling = (): Option[] => [
  ...versionFlags(),
  featureGatesFlag(),
  flags.profiling(),
  new Option('-v, --v <level>', 'how much to tell, as a number: 2 for info, 4 for debug')
    .argParser(parseCount)
    .default(0),
  flags.logLevel(),
];

function parseOverrides(text: string): readonly EtcdOverride[] {
  return parseList(text).map((part) => {
    const [, group, resource, servers] = /^([^/#]*)\/([^/#]+)#(.+)$/.exec(part) ?? [];
    const urls = servers?.split(';').filter(Boolean) ?? [];
    if (group === undefined || !resource || !urls.length)
      throw new InvalidArgumentError(
        `--etcd-servers-overrides invalid, must be of format: group/resource#servers, where servers are URLs, semicolon separated`,
      );
    return { group, resource, servers: urls };
  });
}

/** Flags of kube-apiserver that manifests carry and that ask for nothing that would be done otherwise here. */
const withoutEffect: Readonly<Record<string, string>> = {
  'contention-profiling': 'bool',
  'cert-dir': 'dir',
  'enable-garbage-collector': 'bool',
  'endpoint-reconciler-type': 'type',
  'etcd-healthcheck-timeout': 'duration',
  'kubelet-client-certificate': 'file',
  'kubelet-client-key': 'file',
  'kubelet-preferred-address-types': 'types',
  'kubelet-timeout': 'duration',
  'storage-backend': 'name',
  'storage-media-type': 'type',
  'watch-cache': 'bool',
  'default-watch-cache-size': 'number',
  'delete-collection-workers': 'number',
  'watch-cache-sizes': 'sizes',
};

async function run(given: Flags, command: Command): Promise<void> {
  if (!given.tlsCertFile !== !given.tlsPrivateKeyFile)
    throw new Failure('--tls-cert-file and --tls-private-key-file go together: give both, or none');
  refuseUnfair(given);
  if (given.encryptionProviderConfigAutomaticReload && !given.encryptionProviderConfig)
    throw new Failure('--encryption-provider-config-automatic-reload must be set with --encryption-provider-config');
  checkAuthorization(given, (name) => command.getOptionValueSource(name) === 'cli');
  const options = { ...optionsOf(given), authentication: authenticationOptionsOf(given, command) };
  const { servingGates } = await import('../../apiserver/index.ts');
  for (const note of notesOn(given, command, servingGates)) process.stderr.write(`tiphys apiserver: ${note}\n`);
  const { signal } = stopSignal();
  const { runApiServer } = await import('../apiserver.ts');
  await runApiServer({ ...options, flags: flagsOf(command) }, levelOf(given), signal);
}

/** What somebody may have meant and doesn't get. */
function notesOn(given: Flags, command: Command, servingGates: readonly string[]): string[] {
  const isGiven = (option: Option) => command.getOptionValueSource(option.attributeName()) === 'cli';
  const idle = command.options.filter((o) => Object.hasOwn(withoutEffect, o.long?.slice(2) ?? '') && isGiven(o));
  const ofGates = idleGatesNote(given.featureGates ?? new Map(), servingGates);
  return [
    ...(idle.length ? [`without effect here: ${idle.map((o) => o.long).join(' ')}`] : []),
    ...(ofGates ? [ofGates] : []),
    ...aggregationNotes(given),
    ...authenticationNotes(given),
  ];
}

/** Every flag with its value, as upstream's `/flagz` writes them. */
const flagsOf = (command: Command): ReadonlyMap<string, string> =>
  new Map(command.options.map((o) => [o.long!.slice(2), valueText(o, command.getOptionValue(o.attributeName()))]));

function valueText({ parseArg, defaultValueDescription }: Option, value: unknown): string {
  if (value === undefined) return defaultValueDescription ?? '';
  if (parseArg === parsePeriod) return goDuration(Number(value));
  if (Array.isArray(value)) return `[${value.map((v) => (isObject(v) ? JSON.stringify(v) : String(v))).join(',')}]`;
  if (value instanceof Map) return [...value].map(([name, on]) => `${String(name)}=${String(on)}`).join(',');
  if (isObject(value)) return Object.values(value).join('-');
  return String(value);
}

const levelOf = ({ v, logLevel }: Flags): Level => (v >= 4 ? 'debug' : v >= 2 ? 'info' : logLevel);

function optionsOf(given: Flags): ApiServerOptions {
  const { tlsCertFile, tlsPrivateKeyFile, etcdServers, etcdServersOverrides, featureGates, ...same } = given;
  const { kubeletCertificateAuthority: nodeCa } = given;
  const { encryptionProviderConfig: encryptionFile, encryptionProviderConfigAutomaticReload: reload } = given;
  return {
    ...same,
    portFlag: '--secure-port',
    aggregation: aggregationOptionsOf(given),
    ...(tlsCertFile && tlsPrivateKeyFile && { tls: { certFile: tlsCertFile, keyFile: tlsPrivateKeyFile } }),
    ...(nodeCa !== undefined && { kubeletCa: { file: nodeCa } }),
    authorization: given,
    admission: admissionOptionsOf(given),
    priorityAndFairness: given.enablePriorityAndFairness,
    serving: servingOptionsOf(given),
    ...(given.externalHostname &&
      !given.serviceAccountJwksUri && {
        serviceAccountJwksUri: `https://${given.externalHostname}:${given.securePort}/openid/v1/jwks`,
      }),
    limits: { readOnly: given.maxRequestsInflight, mutating: given.maxMutatingRequestsInflight },
    requestTimeoutMs: given.requestTimeout,
    compactionIntervalMs: given.etcdCompactionInterval,
    ...(encryptionFile && { encryption: { file: encryptionFile, reload } }),
    minWatchSeconds: given.minRequestTimeout,
    shutdownDelayMs: given.shutdownDelayDuration,
    maxStreamsPerConnection: given.http2MaxStreamsPerConnection,
    etcdPrefix: given.etcdPrefix,
    audit: auditOptionsOf(given),
    ...(given.serviceNodePortRange && { nodePortRange: given.serviceNodePortRange }),
    eventTtlSeconds: Math.floor(given.eventTtl / 1000),
    ...(featureGates && { featureGates: agreedGates(featureGates) }),
    ...(etcdServersOverrides && { etcdOverrides: etcdServersOverrides }),
    ...(etcdServers && { etcd: { ...given, etcdServers } }),
  };
}
