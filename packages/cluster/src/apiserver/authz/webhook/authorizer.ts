import { type SubjectAccessReviewStatus, subjectAccessReviewStatus } from '@tiphys/sdk/api';
import { accessConditionsHold, compileAccessCondition } from '@tiphys/sdk/cel';
import { s } from '@tiphys/sdk/schema';
import type { Clock, Logger, Random } from '@tiphys/sdk/runtime';
import type { ConfigKind } from '../../config-file/index.ts';
import { type WebhookClient, WebhookFailure, withRetries } from '../../webhook-client/index.ts';
import { type Action, aggregate, type Authorizer, noOpinion, type Verdict } from '../authorizer.ts';
import type { AuthorizationMetrics } from '../metrics.ts';
import { Answers } from './answers.ts';
import { type AccessSpec, reviewOf, shownTo, specOf } from './spec.ts';

export interface WebhookSettings {
  readonly name: string;
  readonly version: 'v1' | 'v1beta1';
  /** How long an answer is good for; 0 for just once. */
  readonly authorizedTtlMs: number;
  readonly unauthorizedTtlMs: number;
  readonly failurePolicy: 'NoOpinion' | 'Deny';
  /** Under which it is asked at all, in CEL. */
  readonly matchConditions: readonly string[];
}

export interface WebhookDeps {
  readonly client: Pick<WebhookClient, 'askFor'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: AuthorizationMetrics;
}

const answerShape = s.struct('authorization.v1.SubjectAccessReview', {
  status: s.opt(3, subjectAccessReviewStatus),
});
const answerIn = (version: string): ConfigKind<s.Out<typeof answerShape>> => ({
  apiVersion: `authorization.k8s.io/${version}`,
  kind: 'SubjectAccessReview',
  schema: answerShape,
});

/** What requesters write at will is only remembered while it is short. */
const longestRemembered = 10_000;

/** Asks a webhook what somebody may do. */
export function webhookAuthorizer(settings: WebhookSettings, deps: WebhookDeps): Authorizer {
  const { name, version, failurePolicy } = settings;
  const { client, clock, log, metrics } = deps;
  const answers = new Answers<SubjectAccessReviewStatus>(clock);
  const answerKind = answerIn(version);
  const failed = (error: string): Verdict => ({
    decision: failurePolicy === 'Deny' ? 'deny' : 'no opinion',
    reason: '',
    error,
  });
  const excludes = conditionsOf(settings, { clock, metrics, failed });

  const once = async (review: unknown): Promise<SubjectAccessReviewStatus> => {
    const start = clock.monotonic();
    const told = (result: string) => metrics.asked(name, result, (clock.monotonic() - start) / 1000);
    try {
      const { status = { allowed: false } } = await client.askFor(review, answerKind);
      told('success');
      return status;
    } catch (err) {
      told(resultOf(err));
      throw err;
    }
  };

  const ask = async (action: Action, spec: AccessSpec, question: string): Promise<Verdict> => {
    try {
      const review = reviewOf(spec, version);
      const status = await withRetries(() => once(review), deps);
      const ttlMs = status.allowed ? settings.authorizedTtlMs : settings.unauthorizedTtlMs;
      if (writtenBy(action) < longestRemembered) answers.keep(question, status, ttlMs);
      return verdictOf(status);
    } catch (err) {
      const { message } = err as Error;
      log.error('Failed to make webhook authorizer request', { error: message });
      if (failurePolicy === 'NoOpinion') metrics.failedOpen(name, resultOf(err));
      return failed(message);
    }
  };

  return (action) => {
    const spec = specOf(action);
    const excluded = excludes?.(spec);
    if (excluded) return excluded;
    const question = JSON.stringify(spec);
    const known = answers.get(question);
    return known ? verdictOf(known) : ask(action, spec, question);
  };
}

const resultOf = (err: unknown): string => (err instanceof WebhookFailure && err.isTimeout ? 'timeout' : 'error');

function verdictOf({ allowed, denied = false, reason = '' }: SubjectAccessReviewStatus): Verdict {
  if (!denied) return { decision: allowed ? 'allow' : 'no opinion', reason };
  if (!allowed) return { decision: 'deny', reason };
  return {
    decision: 'deny',
    reason,
    error: 'webhook subject access review returned both allow and deny response',
  };
}

const writtenBy = ({ namespace, verb, group, version = '', resource, subresource, name, path }: Action): number =>
  [namespace, verb, group, version, resource, subresource, name, path].reduce(
    (sum, t) => sum + Buffer.byteLength(t),
    0,
  );

interface ConditionDeps {
  readonly clock: Clock;
  readonly metrics: AuthorizationMetrics;
  readonly failed: (error: string) => Verdict;
}

/** The verdict without asking, where a condition says that it isn't asked, or can't be told. */
function conditionsOf(
  { name, matchConditions }: WebhookSettings,
  { clock, metrics, failed }: ConditionDeps,
): ((spec: AccessSpec) => Verdict | undefined) | undefined {
  if (!matchConditions.length) return undefined;
  const conditions = matchConditions.map((expression) => {
    const compiled = compileAccessCondition(expression);
    if ('problem' in compiled) throw new Error(compiled.problem);
    return compiled;
  });
  return (spec) => {
    const start = clock.monotonic();
    const holds = accessConditionsHold(conditions, shownTo(spec));
    metrics.conditionsEvaluated(name, (clock.monotonic() - start) / 1000);
    if (holds === true) return undefined;
    if (holds === false) {
      metrics.excluded(name);
      return noOpinion;
    }
    metrics.conditionsFailed(name);
    return failed(aggregate(holds.errors) ?? '');
  };
}
