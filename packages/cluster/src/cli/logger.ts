import type { LogFields, Logger } from '@tiphys/sdk/runtime';

const levels = ['error', 'warn', 'info', 'debug'] as const;
export type Level = (typeof levels)[number];

/** Lines for people: level, message, and the fields as `name=value`. */
function textLogger(level: Level, write: (line: string) => void, fields: LogFields = {}): Logger {
  const at = (own: Level) => {
    if (levels.indexOf(own) > levels.indexOf(level)) return () => {};
    return (message: string, more?: LogFields) => {
      const told = Object.entries({ ...fields, ...more }).map(([name, value]) => ` ${name}=${valueOf(value)}`);
      write(`${own}: ${message}${told.join('')}`);
    };
  };
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: (more) => textLogger(level, write, { ...fields, ...more }),
  };
}

function valueOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[\w./:@-]+$/.test(text) ? text : JSON.stringify(text);
}

export const stderrLogger = (level: Level): Logger =>
  textLogger(level, (line) => void process.stderr.write(`${line}\n`));
