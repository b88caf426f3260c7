import { Counter, Histogram, type Registry } from '@tiphys/sdk/runtime';
import { adopt } from '../metrics/adopt.ts';
import type { Authorizer, Verdict } from './authorizer.ts';

const type = 'Webhook';

interface Decided {
  readonly labels: { readonly name: string; readonly type: string };
  allowed: number;
  denied: number;
}

/** What authorizers decide and how long they take for it, by upstream's names. */
export class AuthorizationMetrics {
  readonly #decided = new Map<string, Decided>();
  readonly #registry: Registry;
  #webhooks: WebhookMetrics | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
    adopt(registry, {
      name: 'apiserver_authorization_decisions_total',
      help: 'Total number of terminal decisions made by an authorizer split by authorizer type, name, and decision.',
      type: 'counter',
      samples: () =>
        [...this.#decided.values()].flatMap(({ labels, ...counts }) =>
          (['allowed', 'denied'] as const).flatMap((decision) =>
            counts[decision] ? [{ labels: { decision, ...labels }, value: counts[decision] }] : [],
          ),
        ),
    });
  }

  /** The authorizer, its decisions counted; that it has no opinion is none. */
  counted(authorizer: Authorizer, labels: Decided['labels']): Authorizer {
    const key = `${labels.type}/${labels.name}`;
    const cell = this.#decided.get(key) ?? { labels, allowed: 0, denied: 0 };
    this.#decided.set(key, cell);
    const count = (verdict: Verdict): Verdict => {
      if (verdict.decision === 'allow') cell.allowed++;
      else if (verdict.decision === 'deny') cell.denied++;
      return verdict;
    };
    return (action) => {
      const verdict = authorizer(action);
      return verdict instanceof Promise ? verdict.then(count) : count(verdict);
    };
  }

  asked(name: string, result: string, seconds: number): void {
    this.#ofWebhooks.evaluations.inc({ name, result });
    this.#ofWebhooks.seconds.observe({ name, result }, seconds);
  }

  failedOpen(name: string, result: string): void {
    this.#ofWebhooks.failOpen.inc({ name, result });
  }

  conditionsEvaluated(name: string, seconds: number): void {
    this.#ofWebhooks.conditionSeconds.observe({ type, name }, seconds);
  }

  conditionsFailed(name: string): void {
    this.#ofWebhooks.conditionErrors.inc({ type, name });
  }

  excluded(name: string): void {
    this.#ofWebhooks.exclusions.inc({ type, name });
  }

  /** Made when there are any: nobody else's `/metrics` tells of them. */
  get #ofWebhooks(): WebhookMetrics {
    return (this.#webhooks ??= webhookMetrics(this.#registry));
  }
}

type WebhookMetrics = ReturnType<typeof webhookMetrics>;

function webhookMetrics(registry: Registry) {
  const prefix = 'apiserver_authorization';
  const registers = [registry];
  const byResult = ['name', 'result'] as const;
  const byType = ['type', 'name'] as const;
  return {
    evaluations: new Counter({
      name: `${prefix}_webhook_evaluations_total`,
      help: 'Round-trips to authorization webhooks.',
      labelNames: byResult,
      registers,
    }),
    seconds: new Histogram({
      name: `${prefix}_webhook_duration_seconds`,
      help: 'Request latency in seconds.',
      labelNames: byResult,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    failOpen: new Counter({
      name: `${prefix}_webhook_evaluations_fail_open_total`,
      help: 'NoOpinion results due to webhook timeout or error.',
      labelNames: byResult,
      registers,
    }),
    conditionSeconds: new Histogram({
      name: `${prefix}_match_condition_evaluation_seconds`,
      help: 'Authorization match condition evaluation time in seconds, split by authorizer type and name.',
      labelNames: byType,
      buckets: [0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25],
      registers,
    }),
    conditionErrors: new Counter({
      name: `${prefix}_match_condition_evaluation_errors_total`,
      help: 'Total number of errors when an authorization webhook encounters a match condition error split by authorizer type and name.',
      labelNames: byType,
      registers,
    }),
    exclusions: new Counter({
      name: `${prefix}_match_condition_exclusions_total`,
      help: 'Total number of exclusions when an authorization webhook is skipped because match conditions exclude it.',
      labelNames: byType,
      registers,
    }),
  };
}
