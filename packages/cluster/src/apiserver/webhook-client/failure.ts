import { isObject, quoted, type Status } from '@tiphys/sdk/machinery';
import type { WebhookAnswer } from './connections.ts';

/** Nothing that makes sense came back from a webhook. */
export class WebhookFailure extends Error {
  /** Of the answer; 0 where there was none. */
  readonly status: number;
  /** It was worth waiting longer for, or asking again. */
  readonly isTimeout: boolean;
  readonly mayPass: boolean;

  constructor(
    message: string,
    { status = 0, isTimeout = false, mayPass = false }: Partial<Omit<WebhookFailure, keyof Error>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.status = status;
    this.isTimeout = isTimeout;
    this.mayPass = mayPass;
  }
}

/** Why nothing came, in the words that people search for. */
export function reasonOf(err: Error & { code?: string }): string {
  const untrusted = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
  const known: Readonly<Record<string, string>> = {
    DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
    SELF_SIGNED_CERT_IN_CHAIN: untrusted,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
    CERT_HAS_EXPIRED: 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
    ECONNRESET: 'EOF',
  };
  return (err.code && known[err.code]) || err.message;
}

const byStatus: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  406: 'the server was unable to respond with a content type that the client supports',
  409: 'the server reported a conflict',
  415: 'the server was unable to respond with a content type that the client supports',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

/** What an answer says that is none: its own words where it is a Status, else what its code means to a client. */
export function refusalOf(answer: WebhookAnswer): string {
  const { status, text, contentType } = answer;
  const said = statusIn(answer)?.message;
  if (said !== undefined) return said;
  // Only what calls itself a text is quoted.
  const isText = contentType === '' || /^\s*text\//i.test(contentType);
  const body = (isText && text.trim()) || 'unknown';
  if (status === 403) return body;
  const known = byStatus[status];
  if (known) return known;
  if (status >= 500) return `an error on the server (${quoted(body)}) has prevented the request from succeeding`;
  return `the server responded with the status code ${status} but did not return more information`;
}

const passing = new Set(['InternalError', 'Timeout', 'TooManyRequests', 'ServerTimeout']);

/** Whether a refusal is of a kind that may be none the next time. */
export function mayPass(answer: WebhookAnswer): boolean {
  const said = statusIn(answer);
  if (said) return passing.has(said.reason ?? '') || (said.details?.retryAfterSeconds ?? 0) > 0;
  const { status, retryAfter = '' } = answer;
  return status === 429 || (status >= 500 && status !== 503) || Number(retryAfter) > 0;
}

function statusIn({ text }: WebhookAnswer): Status | undefined {
  if (!text.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not a Status: its code says what is to be said.
    return undefined;
  }
  if (!isObject(value) || value['kind'] !== 'Status' || value['apiVersion'] !== 'v1') return undefined;
  return typeof value['message'] === 'string' ? (value as unknown as Status) : undefined;
}
