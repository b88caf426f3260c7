/** The `Status` object that the error channel of exec and attach carries, in the order in which upstream writes it. */
export interface SessionStatus {
  metadata: Record<string, never>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: { causes?: { reason?: string; message?: string }[] };
  code?: number;
}

export const succeeded: SessionStatus = { metadata: {}, status: 'Success' };

/** The command ended with this code; clients take theirs from the cause. */
export function exitedWith(exitCode: number, how = `exit status ${exitCode}`): SessionStatus {
  if (exitCode === 0) return succeeded;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${how}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** The session broke. */
export function internalError(description: string): SessionStatus {
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${description}`,
    reason: 'InternalError',
    details: { causes: [{ message: description }] },
    code: 500,
  };
}

/** The command's exit code, when the status tells one. */
export function exitCodeOf(status: SessionStatus): number | undefined {
  if (status.status === 'Success') return 0;
  if (status.reason !== 'NonZeroExitCode') return undefined;
  const cause = status.details?.causes?.find((c) => c.reason === 'ExitCode');
  return cause?.message === undefined ? undefined : Number(cause.message);
}
