import type { Backend, Lost } from './backend.ts';
import { type AuditEvent, eventJson } from './event.ts';
import { tells } from './policy.ts';

export interface TruncateOptions {
  readonly maxEventBytes: number;
  readonly maxBatchBytes: number;
}

const plugin = 'truncate';
const mark = { 'audit.k8s.io/truncated': 'true' };

/** Leaves requests and answers out of events that would be too large, and splits batches that would be. */
export function truncating(backend: Backend, { maxEventBytes, maxBatchBytes }: TruncateOptions, lost: Lost): Backend {
  return {
    process: async (events) => {
      let arrived = true;
      let batch: AuditEvent[] = [];
      let batchBytes = 0;
      const tooLarge: AuditEvent[] = [];
      for (const whole of events) {
        let event = whole;
        let bytes = sizeOf(event);
        if (bytes > maxEventBytes && tells(event.level, 'Request')) {
          event = withoutObjects(event);
          bytes = sizeOf(event);
        }
        if (bytes > maxEventBytes) {
          tooLarge.push(event);
          continue;
        }
        if (batch.length && batchBytes + bytes > maxBatchBytes) {
          arrived = (await backend.process(batch)) && arrived;
          batch = [];
          batchBytes = 0;
        }
        batch.push(event);
        batchBytes += bytes;
      }
      if (batch.length) arrived = (await backend.process(batch)) && arrived;
      if (tooLarge.length) lost(plugin, new Error('event is too large even after truncating'), tooLarge);
      return arrived;
    },
    close: () => backend.close(),
  };
}

/** With the end of its line. */
const sizeOf = (event: AuditEvent): number => Buffer.byteLength(eventJson(event)) + 1;

function withoutObjects({ requestObject: _q, responseObject: _s, ...event }: AuditEvent): AuditEvent {
  return { ...event, annotations: { ...event.annotations, ...mark } };
}
