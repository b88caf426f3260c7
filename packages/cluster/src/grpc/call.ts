import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import { abortError, type Clock } from '@tiphys/sdk/runtime';
import type { Line } from './channel.ts';
import { codeName, RpcError, type RpcErrorCode } from './rpc-error.ts';

export interface CallOptions {
  readonly signal: AbortSignal;
  /** The call fails as `isDeadlineExceeded` after this long; without it only the signal ends it. */
  readonly timeoutMs?: number;
}

/** Calls by what may end them: one listener for all of a signal's, since finding one among many takes time. */
const ending = new WeakMap<AbortSignal, Set<Call>>();

function callsUntil(signal: AbortSignal): Set<Call> {
  const known = ending.get(signal);
  if (known) return known;
  const calls = new Set<Call>();
  ending.set(signal, calls);
  signal.addEventListener('abort', () => calls.forEach((call) => call.end()), { once: true });
  return calls;
}

/** One call on its way: when it is over, and how it has ended. */
export class Call {
  readonly stream: ClientHttp2Stream;
  readonly #line: Line;
  readonly #signal: AbortSignal;
  readonly #inTime: (() => void) | undefined;
  #status: IncomingHttpHeaders | undefined;
  #httpStatus: number | undefined;
  #error: unknown;
  #isLate = false;

  constructor(
    { stream, line }: { readonly stream: ClientHttp2Stream; readonly line: Line },
    { signal, timeoutMs }: CallOptions,
    clock: Clock,
  ) {
    this.stream = stream;
    this.#line = line;
    this.#signal = signal;
    stream.on('response', (headers) => {
      this.#httpStatus = headers[':status'];
      // A refusal may come without anything before it.
      if (headers['grpc-status'] !== undefined) this.#status = headers;
    });
    stream.on('trailers', (trailers: IncomingHttpHeaders) => {
      this.#status = trailers;
      // All has been said, whatever the caller has yet to say.
      if (!stream.writableEnded) this.end();
    });
    stream.on('error', (error) => (this.#error ??= error));
    const others = callsUntil(signal);
    others.add(this);
    stream.on('close', () => {
      others.delete(this);
      this.#inTime?.();
    });
    if (timeoutMs !== undefined) {
      this.#inTime = clock.after(timeoutMs, () => {
        this.#isLate = true;
        this.end();
      });
    }
  }

  /** Nobody wants to hear more of it. */
  end(): void {
    this.stream.close(constants.NGHTTP2_CANCEL);
  }

  /** Ends it because of what went wrong on our side. */
  fail(error: unknown): void {
    this.#error ??= error;
    this.end();
  }

  /** The server hasn't looked at it, and would if it were made anew. */
  get isRefused(): boolean {
    return this.stream.rstCode === constants.NGHTTP2_REFUSED_STREAM && !this.#signal.aborted && !this.#isLate;
  }

  /** What its caller is told when it is over; nothing when all went well. */
  get failure(): unknown {
    if (this.#signal.aborted) return abortError(this.#signal);
    const { 'grpc-status': code, 'grpc-message': text } = this.#status ?? {};
    if (code === '0') return this.#error instanceof RpcError ? this.#error : undefined;
    if (code !== undefined) return new RpcError(codeName(Number(code)), decoded(String(text ?? '')));
    if (this.#error instanceof RpcError) return this.#error;
    if (this.#isLate) return new RpcError('DeadlineExceeded', 'context deadline exceeded', this.#error);
    return this.#unanswered();
  }

  #unanswered(): RpcError {
    const { isUp, error = this.#error } = this.#line;
    const why = error instanceof Error ? error.message : 'the connection was closed';
    if (!isUp) return new RpcError('Unavailable', `${neverCarriedOut}. Last error: ${why}`, error);
    const { rstCode } = this.stream;
    if (this.isRefused) {
      return new RpcError('Unavailable', `${neverCarriedOut}: the server takes no more calls`, error);
    }
    if (this.#line.session.destroyed || this.#line.error) return new RpcError('Unavailable', why, error);
    if (this.#httpStatus !== undefined && this.#httpStatus !== 200) {
      const text = `unexpected HTTP status code received from server: ${this.#httpStatus}`;
      return new RpcError(byHttpStatus[this.#httpStatus] ?? 'Unknown', text, error);
    }
    const code = byReset[rstCode ?? constants.NGHTTP2_NO_ERROR] ?? 'Internal';
    return new RpcError(code, `stream terminated by RST_STREAM with error code: ${rstCode}`, error);
  }
}

/** How the description of a call begins that never got to a server. */
const neverCarriedOut = 'No connection established';

const byHttpStatus: Readonly<Record<number, RpcErrorCode>> = {
  400: 'Internal',
  401: 'Unauthenticated',
  403: 'PermissionDenied',
  404: 'Unimplemented',
  429: 'Unavailable',
  502: 'Unavailable',
  503: 'Unavailable',
  504: 'Unavailable',
};

const byReset: Readonly<Record<number, RpcErrorCode>> = {
  [constants.NGHTTP2_CANCEL]: 'Canceled',
  [constants.NGHTTP2_ENHANCE_YOUR_CALM]: 'ResourceExhausted',
  [constants.NGHTTP2_INADEQUATE_SECURITY]: 'PermissionDenied',
};

/** Texts travel with all but plain ASCII in percents. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not everybody encodes a percent sign.
    return text;
  }
}
