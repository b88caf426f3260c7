import { type Format, formats } from './log-backend.ts';

export const modes = ['batch', 'blocking', 'blocking-strict'] as const;
export type Mode = (typeof modes)[number];

/** What every way of telling can be set to. */
export interface BackendOptions {
  readonly mode: Mode;
  readonly batch: {
    readonly bufferSize: number;
    readonly maxSize: number;
    readonly maxWaitMs: number;
    readonly throttle: boolean;
    readonly throttleQps: number;
    readonly throttleBurst: number;
  };
  readonly truncate: { readonly enabled: boolean; readonly maxBatchBytes: number; readonly maxEventBytes: number };
  readonly version: string;
}

export interface LogOptions extends BackendOptions {
  /** `-` for standard output. */
  readonly path: string;
  readonly format: Format;
  readonly maxAgeDays: number;
  readonly maxBackups: number;
  readonly maxMegabytes: number;
  readonly compress: boolean;
}

export interface WebhookOptions extends BackendOptions {
  readonly configFile: string;
  readonly initialBackoffMs: number;
}

export interface AuditOptions {
  readonly policyFile?: string;
  readonly log?: LogOptions;
  readonly webhook?: WebhookOptions;
}

/** What is wrong with options, in upstream's words and order. */
export function optionProblems({ log, webhook }: AuditOptions): string[] {
  const problems: string[] = [];
  if (log) {
    problems.push(...backendProblems('log', log));
    if (!formats.includes(log.format))
      problems.push(`invalid audit log format ${log.format}, allowed formats are "${formats.join(',')}"`);
    for (const [flag, value] of [
      ['--audit-log-maxage', log.maxAgeDays],
      ['--audit-log-maxbackup', log.maxBackups],
      ['--audit-log-maxsize', log.maxMegabytes],
    ] as const) {
      if (value < 0) problems.push(`${flag} ${value} can't be a negative number`);
    }
  }
  if (webhook) problems.push(...backendProblems('webhook', webhook));
  return problems;
}

function* backendProblems(name: string, { mode, batch, truncate, version }: BackendOptions): Iterable<string> {
  const unfit = (what: string, value: number) => `invalid audit ${what} ${value}, must be a positive number`;
  if (!modes.includes(mode)) yield `invalid audit ${name} mode ${mode}, allowed modes are "${modes.join(',')}"`;
  else if (mode === 'batch') {
    const [first] = [
      ['buffer size', batch.bufferSize] as const,
      ['max batch size', batch.maxSize] as const,
      ...(batch.throttle
        ? [['throttle QPS', batch.throttleQps] as const, ['throttle burst', batch.throttleBurst] as const]
        : []),
    ].filter(([, value]) => value <= 0);
    if (first) yield unfit(`batch ${name} ${first[0]}`, first[1]);
  }
  const { maxEventBytes, maxBatchBytes } = truncate;
  if (maxEventBytes <= 0) yield unfit(`truncate ${name} max event size`, maxEventBytes);
  else if (maxBatchBytes < maxEventBytes) {
    yield `invalid audit truncate ${name} max batch size ${maxBatchBytes}, must be greater than max event size (${maxEventBytes})`;
  }
  if (version.split('/').length > 2) yield `unexpected GroupVersion string: ${version}`;
  else if (version !== 'audit.k8s.io/v1') yield 'invalid group version, allowed versions are ["audit.k8s.io/v1"]';
}
