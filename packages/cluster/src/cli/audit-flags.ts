import { InvalidArgumentError, Option } from 'commander';
import type { AuditOptions } from '../apiserver/index.ts';
import { parseBool, parsePeriod } from './flags.ts';

type Backend = 'log' | 'webhook';

/** Those of batches differ from one to the other. */
const batchDefaults = {
  log: { maxSize: 1, maxWait: '0s', throttle: false, qps: 0, burst: 0 },
  webhook: { maxSize: 400, maxWait: '30s', throttle: true, qps: 10, burst: 15 },
} as const;

const text = (flag: string, description: string, value?: string) => {
  const option = new Option(`${flag} <text>`, description);
  return value === undefined ? option : option.default(value);
};
const integer = (flag: string, description: string, value: number) =>
  new Option(`${flag} <number>`, description).argParser(parseInteger).default(value);
const bool = (flag: string, description: string, value: boolean) =>
  new Option(`${flag} [bool]`, description).argParser(parseBool).preset('true').default(value);
const period = (flag: string, description: string, value: string) =>
  new Option(`${flag} <duration>`, description).argParser(parsePeriod).default(parsePeriod(value), value);

/** The flags of the audit log, under upstream's names, with upstream's defaults. */
export const auditFlags = (): Option[] => [
  text('--audit-policy-file', 'what is told of which requests: a file with a Policy of audit.k8s.io/v1'),
  text('--audit-log-path', 'file that events are written to, a line each; - for standard output'),
  integer('--audit-log-maxage', 'days that old log files are kept, by the time in their names; 0 for ever', 366),
  integer('--audit-log-maxbackup', 'how many old log files are kept; 0 for all', 100),
  integer('--audit-log-maxsize', 'megabytes after which a log file is put aside; 0 for one file for ever', 100),
  text('--audit-log-format', 'how events are written: json, or legacy for a line of text', 'json'),
  bool('--audit-log-compress', 'whether log files that are put aside are compressed', false),
  ...backendFlags('log', 'blocking'),
  text('--audit-webhook-config-file', 'kubeconfig file of the webhook that events are posted to'),
  period('--audit-webhook-initial-backoff', 'wait before a post is tried again for the first time', '10s'),
  new Option('--audit-webhook-batch-initial-backoff <duration>', 'deprecated: use --audit-webhook-initial-backoff')
    .argParser(parsePeriod)
    .hideHelp(),
  ...backendFlags('webhook', 'batch'),
];

function backendFlags(of: Backend, mode: string): Option[] {
  const flag = (name: string) => `--audit-${of}-${name}`;
  const { maxSize, maxWait, throttle, qps, burst } = batchDefaults[of];
  const batches = 'in batch mode:';
  return [
    text(flag('mode'), 'whether requests wait until they are told of: batch, blocking, blocking-strict', mode),
    integer(flag('batch-buffer-size'), `${batches} how many events may wait`, 10_000),
    integer(flag('batch-max-size'), `${batches} how many events go out together`, maxSize),
    period(flag('batch-max-wait'), `${batches} after how long those go out that are fewer`, maxWait),
    bool(flag('batch-throttle-enable'), `${batches} whether batches a second are limited`, throttle),
    new Option(`${flag('batch-throttle-qps')} <number>`, `${batches} how many batches a second`)
      .argParser(parseFloatText)
      .default(qps),
    integer(flag('batch-throttle-burst'), `${batches} how many at once after a while without any`, burst),
    bool(flag('truncate-enabled'), 'whether large events lose requests and answers', false),
    integer(flag('truncate-max-batch-size'), 'bytes of a batch, about', 10 * 1024 * 1024),
    integer(flag('truncate-max-event-size'), 'bytes of an event', 100 * 1024),
    text(flag('version'), 'API version of the events', 'audit.k8s.io/v1'),
  ];
}

/** As commander names what it has read. */
export type AuditFlagValues = Readonly<Record<string, unknown>>;

/** What the flags say. */
export function auditOptionsOf(flags: object): AuditOptions {
  const given = flags as AuditFlagValues;
  const policyFile = given['auditPolicyFile'] as string | undefined;
  const path = given['auditLogPath'] as string | undefined;
  const configFile = given['auditWebhookConfigFile'] as string | undefined;
  return {
    ...(policyFile && { policyFile }),
    ...(path && {
      log: {
        ...backendOptions(given, 'Log'),
        path,
        format: given['auditLogFormat'],
        maxAgeDays: given['auditLogMaxage'],
        maxBackups: given['auditLogMaxbackup'],
        maxMegabytes: given['auditLogMaxsize'],
        compress: given['auditLogCompress'],
      },
    }),
    ...(configFile && {
      webhook: {
        ...backendOptions(given, 'Webhook'),
        configFile,
        initialBackoffMs: given['auditWebhookBatchInitialBackoff'] ?? given['auditWebhookInitialBackoff'],
      },
    }),
  } as AuditOptions;
}

function backendOptions(given: AuditFlagValues, of: 'Log' | 'Webhook'): object {
  const value = (name: string) => given[`audit${of}${name}`];
  return {
    mode: value('Mode'),
    batch: {
      bufferSize: value('BatchBufferSize'),
      maxSize: value('BatchMaxSize'),
      maxWaitMs: value('BatchMaxWait'),
      throttle: value('BatchThrottleEnable'),
      throttleQps: value('BatchThrottleQps'),
      throttleBurst: value('BatchThrottleBurst'),
    },
    truncate: {
      enabled: value('TruncateEnabled'),
      maxBatchBytes: value('TruncateMaxBatchSize'),
      maxEventBytes: value('TruncateMaxEventSize'),
    },
    version: value('Version'),
  };
}

function parseInteger(given: string): number {
  if (!/^[+-]?\d{1,15}$/.test(given))
    throw new InvalidArgumentError(`strconv.ParseInt: parsing ${JSON.stringify(given)}: invalid syntax`);
  return Number(given);
}

function parseFloatText(given: string): number {
  const value = Number(given);
  if (given.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError(`strconv.ParseFloat: parsing ${JSON.stringify(given)}: invalid syntax`);
  return value;
}
