import { type Logger, messageOf } from '@tiphys/sdk/runtime';
import { type AuditEvent, eventLine } from './event.ts';
import type { AuditMetrics } from './metrics.ts';

/** Where events go. */
export interface Backend {
  /** Whether they arrived, as far as somebody waits for that. Never rejects. */
  process(events: readonly AuditEvent[]): boolean | Promise<boolean>;
  /** Takes no more, and resolves when all that was taken has been told or given up. */
  close(): Promise<void>;
}

/** Counts events that are lost, and says so. */
export type Lost = (plugin: string, cause: unknown, events: readonly AuditEvent[]) => void;

export const lostTo =
  (metrics: AuditMetrics, log: Logger): Lost =>
  (plugin, cause, events) => {
    metrics.failed(plugin, events.length);
    log.error('audit events are lost', { plugin, error: messageOf(cause), events: events.map(eventLine) });
  };

/** Several at once, one after the other. */
export function union(backends: readonly Backend[]): Backend {
  if (backends.length === 1) return backends[0]!;
  return {
    process: async (events) => {
      let arrived = true;
      for (const backend of backends) arrived = (await backend.process(events)) && arrived;
      return arrived;
    },
    close: async () => {
      for (const backend of backends) await backend.close();
    },
  };
}

/** The same, where requests go on whatever happens to their events. */
export const forgiving = (backend: Backend): Backend => ({
  process: async (events) => {
    await backend.process(events);
    return true;
  },
  close: () => backend.close(),
});
