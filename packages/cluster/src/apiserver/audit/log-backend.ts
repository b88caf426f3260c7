import type { Backend, Lost } from './backend.ts';
import { type AuditEvent, eventJson, eventLine } from './event.ts';

export const formats = ['legacy', 'json'] as const;
export type Format = (typeof formats)[number];

/** Where lines go: a file, or standard output. */
export interface Output {
  /** Resolves when it has been written. */
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

const plugin = 'log';

/** Writes each event as a line. */
export function logBackend(output: Output, format: Format, lost: Lost): Backend {
  const lineOf = format === 'json' ? (e: AuditEvent) => eventJson(e) : eventLine;
  const write = (event: AuditEvent) =>
    output.write(`${lineOf(event)}\n`).then(
      () => true,
      (err: unknown) => {
        lost(plugin, err, [event]);
        return false;
      },
    );
  return {
    process: async (events) => (await Promise.all(events.map(write))).every(Boolean),
    close: () => output.close(),
  };
}

/** Standard output, which nobody closes. */
export const standardOutput = (stream: NodeJS.WritableStream): Output => ({
  write: (text) => new Promise((resolve, reject) => stream.write(text, (err) => (err ? reject(err) : resolve()))),
  close: () => Promise.resolve(),
});
