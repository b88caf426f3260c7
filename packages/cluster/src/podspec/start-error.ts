/** Why a container isn't running, as `state.waiting` words it. */
export type WaitingReason =
  | 'CreateContainerConfigError'
  | 'CreateContainerError'
  | 'RunContainerError'
  | 'PostStartHookError'
  | 'CrashLoopBackOff'
  | 'ErrImagePull'
  | 'ImagePullBackOff'
  | 'ErrImageNeverPull'
  | 'InvalidImageName'
  | 'RegistryUnavailable'
  | 'ImageInspectError';

/** A container couldn't be started; the status shows reason and message until the next attempt. */
export class StartError extends Error {
  readonly reason: WaitingReason;
  /** When trying again makes sense, in milliseconds; the worker's own pace when left out. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: WaitingReason, message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, { cause: options.cause });
    this.name = 'StartError';
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}
