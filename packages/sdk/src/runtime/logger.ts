export type LogFields = Record<string, unknown>;

/**
 * A constant message plus fields. `error`: someone must act. `warn`: we coped. `info`: a state changed. `debug`: the rest.
 * Never a Secret's data or a token.
 */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line. */
  child(fields: LogFields): Logger;
}

export const nullLogger: Logger = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  child: () => nullLogger,
};
