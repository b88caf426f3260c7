import type { Registry } from '@tiphys/sdk/runtime';
import { adopt } from '../metrics/adopt.ts';
import { Durations } from '../metrics/durations.ts';

/** A millisecond, and fourteen times twice as much. */
const buckets = Array.from({ length: 15 }, (_, i) => 0.001 * 2 ** i);

/** Who got in and who didn't, under upstream's names. Every request adds to it: plain numbers until somebody asks. */
export class AuthenticationMetrics {
  readonly #byUser = new Map<string, { count: number }>();
  readonly #outcomes = {
    success: new Durations(buckets),
    failure: new Durations(buckets),
    error: new Durations(buckets),
  };

  constructor(registry: Registry) {
    const outcomes = Object.entries(this.#outcomes);
    adopt(registry, {
      name: 'authenticated_user_requests',
      help: 'Counter of authenticated requests broken out by username.',
      type: 'counter',
      samples: () => [...this.#byUser].map(([username, { count }]) => ({ labels: { username }, value: count })),
    });
    adopt(registry, {
      name: 'authentication_attempts',
      help: 'Counter of authenticated attempts.',
      type: 'counter',
      samples: () =>
        outcomes.filter(([, { count }]) => count).map(([result, { count }]) => ({ labels: { result }, value: count })),
    });
    adopt(registry, {
      name: 'authentication_duration_seconds',
      help: 'Authentication duration in seconds broken out by result.',
      type: 'histogram',
      samples: () =>
        outcomes.filter(([, { count }]) => count).flatMap(([result, durations]) => durations.samples({ result })),
    });
  }

  succeeded(name: string, tookMs: number): void {
    const word = wordFor(name);
    const cell = this.#byUser.get(word);
    if (cell) cell.count++;
    else this.#byUser.set(word, { count: 1 });
    this.#outcomes.success.add(tookMs / 1000);
  }

  /** Nobody knew who asks. */
  failed(tookMs: number): void {
    this.#outcomes.failure.add(tookMs / 1000);
  }

  /** Somebody knew that who asks isn't who they say. */
  erred(tookMs: number): void {
    this.#outcomes.error.add(tookMs / 1000);
  }
}

const told = new Set(['admin', 'client', 'kube_proxy', 'kubelet', 'system:serviceaccount:kube-system:default']);

/** Names of people stay out of metrics, and labels stay few. */
function wordFor(name: string): string {
  if (told.has(name)) return name;
  return name.includes('@') ? 'email_id' : 'other';
}
