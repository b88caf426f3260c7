import { createHash } from 'node:crypto';
import { Counter, Gauge, type Registry } from '@tiphys/sdk/runtime';
import { adopt } from '../metrics/adopt.ts';

interface ReloadMetricsOptions {
  readonly registry: Registry;
  /** What is configured: `authorization`, `authentication`, `encryption`. */
  readonly what: string;
  /** By which name servers tell of themselves. */
  readonly serverId: string;
}

/** Of a configuration that is read again: how often that went well and when, and which one counts. */
export class ReloadMetrics {
  readonly #reloads: Counter<'status' | 'apiserver_id_hash'>;
  readonly #last: Gauge<'status' | 'apiserver_id_hash'>;
  readonly #serverHash: string;
  #configHash = '';

  constructor({ registry, what, serverId }: ReloadMetricsOptions) {
    const prefix = `apiserver_${what}_config_controller`;
    const labelNames = ['status', 'apiserver_id_hash'] as const;
    const of = `${what} configuration split by status and apiserver identity.`;
    const serverHash = hashOf(serverId);
    this.#serverHash = serverHash;
    this.#reloads = new Counter({
      name: `${prefix}_automatic_reloads_total`,
      help: `Total number of automatic reloads of ${of}`,
      labelNames,
      registers: [registry],
    });
    this.#last = new Gauge({
      name: `${prefix}_automatic_reload_last_timestamp_seconds`,
      help: `Timestamp of the last automatic reload of ${of}`,
      labelNames,
      registers: [registry],
    });
    adopt(registry, {
      name: `${prefix}_last_config_info`,
      help: `Information about the last applied ${what} configuration with hash as label, split by apiserver identity.`,
      type: 'gauge',
      samples: () => [{ labels: { apiserver_id_hash: serverHash, hash: this.#configHash }, value: 1 }],
    });
  }

  /** What the file says counts from now on. */
  applied(data: Uint8Array): void {
    this.#configHash = hashOf(data);
  }

  reloaded(status: 'success' | 'failure', nowMs: number): void {
    const labels = { status, apiserver_id_hash: this.#serverHash };
    this.#reloads.inc(labels);
    this.#last.set(labels, nowMs / 1000);
  }
}

const hashOf = (data: string | Uint8Array): string =>
  data.length ? `sha256:${createHash('sha256').update(data).digest('hex')}` : '';
