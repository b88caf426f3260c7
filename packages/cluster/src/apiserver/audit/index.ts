/**
 * The audit log: who asked for what, when, and what came of it, as far as a policy says, to a file or a webhook. Events, fields,
 * files and flags are upstream's. A server without one has no filter of it, and its requests carry nothing for it.
 */
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock, Logger, Random, Registry } from '@tiphys/sdk/runtime';
import type { Filter } from '../context.ts';
import { WebhookClient, WebhookConnections } from '../webhook-client/index.ts';
import { type Backend, forgiving, type Lost, lostTo, union } from './backend.ts';
import { Batching } from './batching.ts';
import { recordRequests, tellRequests } from './filter.ts';
import { logBackend, type Output, standardOutput } from './log-backend.ts';
import { AuditMetrics } from './metrics.ts';
import {
  type AuditOptions,
  type BackendOptions,
  type LogOptions,
  optionProblems,
  type WebhookOptions,
} from './options.ts';
import { coverOf } from './policy.ts';
import { loadPolicy } from './read-policy.ts';
import type { AuditWorld } from './record.ts';
import { RotatingFile } from './rotating-file.ts';
import { truncating } from './truncate.ts';
import { webhookBackend } from './webhook-backend.ts';

export type { AuditOptions } from './options.ts';

export interface AuditDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Registry;
}

export interface AuditLog {
  /** Stands before all that may refuse a request. */
  readonly record: Filter;
  /** Stands where it is known who asks. */
  readonly tell: Filter;
  /** Takes no more events, and resolves when the last are out. */
  close(): Promise<void>;
}

/** Opens what the options say; nothing when they ask for nothing, or no policy says what is to be told. Throws in upstream's words. */
export async function openAuditLog(options: AuditOptions, deps: AuditDeps): Promise<AuditLog | undefined> {
  const { policyFile, log, webhook } = options;
  const problems = optionProblems(options);
  if (problems.length) throw new Error(problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`);
  const { clock, random } = deps;
  const metrics = new AuditMetrics(deps.metrics);
  const policy = policyFile ? auditPolicy(policyFile, deps.log) : undefined;
  const output = log && outputOf(log, clock);
  if (!policy || (!output && !webhook)) return undefined;
  const lost = lostTo(metrics, deps.log);
  const around = { clock, lost };
  const backends: Backend[] = [];
  if (log && output) {
    const written = logBackend(output, log.format, lost);
    backends.push(truncated(inMode(written, log, { ...around, isAsync: false }), log, lost));
  }
  if (webhook) {
    const posted = webhookBackend(await clientOf(webhook, clock), {
      ...around,
      random: random.fork('audit-webhook'),
      firstDelayMs: webhook.initialBackoffMs,
    });
    backends.push(truncated(inMode(posted, webhook, { ...around, isAsync: true }), webhook, lost));
  }
  const backend = union(backends);
  return auditLog({ cover: coverOf(policy), backend, metrics, clock, random: random.fork('audit-ids') });
}

export const auditLog = (world: AuditWorld): AuditLog => ({
  record: recordRequests(world),
  tell: tellRequests(world),
  close: () => world.backend.close(),
});

function auditPolicy(file: string, log: Logger): ReturnType<typeof loadPolicy> {
  try {
    return loadPolicy(file, (text) => log.warn(text));
  } catch (err) {
    throw new Error(`loading audit policy file: ${(err as Error).message}`, { cause: err });
  }
}

/** The file is there from the start, and nobody else may read it. */
function outputOf(log: LogOptions, clock: Clock): Output {
  const { path, maxMegabytes, ...kept } = log;
  if (path === '-') return standardOutput(process.stdout);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
  } catch (err) {
    throw new Error(`ensureLogFile: ${(err as Error).message}`, { cause: err });
  }
  return new RotatingFile({ ...kept, path, maxBytes: maxMegabytes * 1024 * 1024 }, clock);
}

async function clientOf({ configFile }: WebhookOptions, clock: Clock): Promise<WebhookClient> {
  try {
    return await WebhookClient.load(configFile, { clock, connections: new WebhookConnections() });
  } catch (err) {
    throw new Error(`initializing audit webhook: ${(err as Error).message}`, { cause: err });
  }
}

interface ModeDeps {
  readonly clock: Clock;
  readonly lost: Lost;
  readonly isAsync: boolean;
}

function inMode(backend: Backend, { mode, batch }: BackendOptions, { isAsync, ...deps }: ModeDeps): Backend {
  if (mode === 'blocking-strict') return backend;
  if (mode === 'blocking') return forgiving(backend);
  const { bufferSize, maxSize, maxWaitMs, throttleQps: qps, throttleBurst: burst } = batch;
  const options = { bufferSize, maxBatchSize: maxSize, maxWaitMs, isAsync };
  return new Batching(backend, { ...options, ...(batch.throttle && { throttle: { qps, burst } }) }, deps);
}

const truncated = (backend: Backend, { truncate }: BackendOptions, lost: Lost): Backend =>
  truncate.enabled ? truncating(backend, truncate, lost) : backend;
