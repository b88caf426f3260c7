import { badRequest, parseDuration, StatusError } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import type { Filter, ServerResponse } from '../context.ts';
import { isLongRunning } from './long-running.ts';

export interface DeadlineOptions {
  readonly clock: Clock;
  readonly requestTimeoutMs: number;
}

/** Writes are given up earlier, so that a client with the usual timeout hears of it. */
const writeTimeoutMs = 34_000;
const writes = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Answers 504 for what takes too long: longer than its client allowed, or than the server does. */
export const deadline =
  ({ clock, requestTimeoutMs }: DeadlineOptions): Filter =>
  (c, next) => {
    if (isLongRunning(c.info)) return next(c);
    const allotted = allottedMs(c.query, requestTimeoutMs);
    const { giveUp } = c.request;
    if (!giveUp) return next(c);
    const isWrite = c.info.isResource && writes.has(c.info.verb);
    const limitMs = isWrite ? Math.min(writeTimeoutMs, allotted) : allotted;
    const answer = next(c);
    return new Promise((resolve, reject) => {
      const cancel = clock.after(limitMs, () => {
        if (isWrite) reject(timedOut('request did not complete within requested timeout - context deadline exceeded'));
        else resolve(bare(timedOut('request did not complete within the allotted timeout')));
        giveUp(new Error('the request took too long'));
      });
      answer.then(
        (response) => {
          cancel();
          resolve(response);
        },
        (error: Error) => {
          cancel();
          reject(error);
        },
      );
    });
  };

/** How long a request may take: as long as its client says, and no longer than the server allows. */
export function allottedMs(query: URLSearchParams, requestTimeoutMs: number): number {
  const asked = timeoutOf(query.get('timeout'));
  return asked > 0 ? Math.min(asked, requestTimeoutMs) : requestTimeoutMs;
}

const timedOut = (why: string): StatusError => new StatusError(504, 'Timeout', `Timeout: ${why}`, {});

/** As upstream's outermost layer says it, which knows no content types and leaves out what a status is. */
function bare({ status: { apiVersion: _v, kind: _k, ...status } }: StatusError): ServerResponse {
  return {
    status: 504,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: { type: 'bytes', pieces: [Buffer.from(`${JSON.stringify(status)}\n`)] },
  };
}

/** Milliseconds; 0 when nothing is said. */
function timeoutOf(text: string | null): number {
  if (!text) return 0;
  try {
    return parseDuration(text);
  } catch (err) {
    throw badRequest(`invalid timeout specified in the request URL - ${(err as Error).message}`);
  }
}
