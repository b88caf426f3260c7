import { Counter, type Registry } from '@tiphys/sdk/runtime';
import type { Level } from './policy.ts';

/** What the audit log tells of itself, under upstream's names. */
export class AuditMetrics {
  readonly events: Counter;
  readonly rejected: Counter;
  readonly #levels: Counter<'level'>;
  readonly #errors: Counter<'plugin'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.events = new Counter({
      name: 'apiserver_audit_event_total',
      help: 'Counter of audit events generated and sent to the audit backend.',
      registers,
    });
    this.rejected = new Counter({
      name: 'apiserver_audit_requests_rejected_total',
      help: 'Counter of apiserver requests rejected due to an error in audit logging backend.',
      registers,
    });
    this.#levels = new Counter({
      name: 'apiserver_audit_level_total',
      help: 'Counter of policy levels for audit events (1 per request).',
      labelNames: ['level'],
      registers,
    });
    this.#errors = new Counter({
      name: 'apiserver_audit_error_total',
      help: 'Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by the error.',
      labelNames: ['plugin'],
      registers,
    });
  }

  covered(level: Level): void {
    this.#levels.inc({ level });
  }

  failed(plugin: string, events: number): void {
    this.#errors.inc({ plugin }, events);
  }
}
