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

export type RpcErrorCode = (typeof codes)[number];

/** A refusal of the other side. The message is worded as gRPC for Go words it, since it ends in pod statuses and events. */
export class RpcError extends Error {
  readonly code: RpcErrorCode;
  /** What the other side said. */
  readonly description: string;

  constructor(code: RpcErrorCode, description: string, cause?: unknown) {
    super(`rpc error: code = ${code} desc = ${description}`, { cause });
    this.name = 'RpcError';
    this.code = code;
    this.description = description;
  }
}

export const codeNumber = (code: RpcErrorCode): number => codes.indexOf(code);

export const codeName = (code: number): RpcErrorCode => codes[code] ?? 'Unknown';

export const hasRpcCode = (err: unknown, code: RpcErrorCode): boolean => err instanceof RpcError && err.code === code;

const hasCode = (code: RpcErrorCode) => (err: unknown) => hasRpcCode(err, code);

export const isRpcNotFound = hasCode('NotFound');
export const isUnimplemented = hasCode('Unimplemented');
export const isDeadlineExceeded = hasCode('DeadlineExceeded');
/** The other side can't be reached: it is starting, stopped or gone. */
export const isUnavailable = hasCode('Unavailable');
