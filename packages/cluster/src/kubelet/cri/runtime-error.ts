/** The codes of gRPC by name; a name's place is its number. */
const codes = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
] as const;

export type RuntimeErrorCode = (typeof codes)[number];

/** A refusal of the runtime. The message is worded as gRPC for Go words it, since it ends in pod statuses and events. */
export class RuntimeError extends Error {
  readonly code: RuntimeErrorCode;
  /** What the runtime itself said. */
  readonly description: string;

  constructor(code: RuntimeErrorCode, description: string, cause?: unknown) {
    super(`rpc error: code = ${code} desc = ${description}`, { cause });
    this.name = 'RuntimeError';
    this.code = code;
    this.description = description;
  }
}

export const codeName = (code: number): RuntimeErrorCode => codes[code] ?? 'Unknown';

const hasCode = (code: RuntimeErrorCode) => (err: unknown) => err instanceof RuntimeError && err.code === code;

export const isRuntimeNotFound = hasCode('NotFound');
export const isUnimplemented = hasCode('Unimplemented');
export const isDeadlineExceeded = hasCode('DeadlineExceeded');
/** The runtime can't be reached: it is starting, stopped or gone. */
export const isUnavailable = hasCode('Unavailable');
