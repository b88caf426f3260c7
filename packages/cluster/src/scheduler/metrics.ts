import { Counter, Gauge, Histogram, type Registry } from '@tiphys/sdk/runtime';
import type { QueueObserver } from './queue.ts';

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

interface Sources {
  readonly queue: () => Readonly<Record<string, number>>;
  readonly cache: () => Readonly<Record<'nodes' | 'pods' | 'assumed_pods', number>>;
}

const doubling = (start: number, count: number) => Array.from({ length: count }, (_, i) => start * 2 ** i);

/** Upstream's `scheduler_*` metrics. */
export class SchedulerMetrics {
  readonly #profile: string;
  readonly #attempts: Counter<'profile' | 'result'>;
  readonly #duration: Histogram<'profile' | 'result'>;
  readonly #algorithm: Histogram;
  readonly #sli: Histogram<'attempts'>;
  readonly #tries: Histogram;
  readonly #incoming: Counter<'event' | 'queue'>;
  readonly #preemptions: Counter;
  readonly #victims: Histogram;

  constructor(registry: Registry, profile: string, { queue, cache }: Sources) {
    const registers = [registry];
    this.#profile = profile;
    this.#attempts = new Counter({
      name: 'scheduler_schedule_attempts_total',
      help: 'Attempts to schedule pods, by their result.',
      labelNames: ['profile', 'result'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'scheduler_scheduling_attempt_duration_seconds',
      help: 'How long an attempt took: the decision and the binding.',
      labelNames: ['profile', 'result'],
      buckets: doubling(0.001, 15),
      registers,
    });
    this.#algorithm = new Histogram({
      name: 'scheduler_scheduling_algorithm_duration_seconds',
      help: 'How long a decision took.',
      buckets: doubling(0.001, 15),
      registers,
    });
    this.#sli = new Histogram({
      name: 'scheduler_pod_scheduling_sli_duration_seconds',
      help: 'From a pod entering the queue to its binding, over all its attempts.',
      labelNames: ['attempts'],
      buckets: doubling(0.01, 20),
      registers,
    });
    this.#tries = new Histogram({
      name: 'scheduler_pod_scheduling_attempts',
      help: 'How many attempts a pod needed.',
      buckets: doubling(1, 5),
      registers,
    });
    this.#incoming = new Counter({
      name: 'scheduler_queue_incoming_pods_total',
      help: 'Pods that came to stand in a queue, by queue and by what brought them there.',
      labelNames: ['event', 'queue'],
      registers,
    });
    this.#preemptions = new Counter({
      name: 'scheduler_preemption_attempts_total',
      help: 'Attempts to make room by preemption.',
      registers,
    });
    this.#victims = new Histogram({
      name: 'scheduler_preemption_victims',
      help: 'Pods chosen to go, for each preemption.',
      buckets: doubling(1, 7),
      registers,
    });
    new Gauge({
      name: 'scheduler_pending_pods',
      help: 'Pods that wait, by queue.',
      labelNames: ['queue'],
      registers,
      collect() {
        for (const [place, n] of Object.entries(queue())) this.set({ queue: place }, n);
      },
    });
    new Gauge({
      name: 'scheduler_scheduler_cache_size',
      help: 'Nodes, pods and assumed pods that the scheduler knows of.',
      labelNames: ['type'],
      registers,
      collect() {
        for (const [type, n] of Object.entries(cache())) this.set({ type }, n);
      },
    });
  }

  readonly queued: QueueObserver = (queue, event) => this.#incoming.inc({ queue, event });

  decided(seconds: number): void {
    this.#algorithm.observe(seconds);
  }

  attempted(result: AttemptResult, seconds: number): void {
    const labels = { profile: this.#profile, result };
    this.#attempts.inc(labels);
    this.#duration.observe(labels, seconds);
  }

  bound(attempts: number, sinceFirstSeconds: number): void {
    this.#tries.observe(attempts);
    this.#sli.observe({ attempts: attempts >= 16 ? '16+' : String(attempts) }, sinceFirstSeconds);
  }

  preempted(victims: number | undefined): void {
    this.#preemptions.inc();
    if (victims !== undefined) this.#victims.observe(victims);
  }
}
