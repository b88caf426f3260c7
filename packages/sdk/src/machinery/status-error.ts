import { type FieldError, lineOf } from './field-error.ts';
import { quoted } from './json/print-value.ts';

/** `metav1.Status`, the body of every refusal. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: { resourceVersion?: string; continue?: string };
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** What a refusal is about: `deployments.apps "web"`. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** The one error that crosses the wire. Reasons, codes and messages are upstream's (apimachinery `api/errors`). */
export class StatusError extends Error {
  readonly status: Status;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.name = 'StatusError';
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason && { reason }),
      ...(details && { details }),
      code,
    };
  }

  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): string {
    return this.status.reason ?? '';
  }

  static from(status: Status): StatusError {
    const err = new StatusError(status.code ?? 500, status.reason ?? '', status.message ?? '', status.details);
    return err;
  }
}

const qualified = ({ group, resource }: GroupResource) => (group ? `${resource}.${group}` : resource);
const about = (gr: GroupResource, name: string): StatusDetails => ({
  ...(name && { name }),
  ...(gr.group && { group: gr.group }),
  ...(gr.resource && { kind: gr.resource }),
});

export const notFound = (gr: GroupResource, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${qualified(gr)} "${name}" not found`, about(gr, name));
export const alreadyExists = (gr: GroupResource, name: string): StatusError =>
  new StatusError(409, 'AlreadyExists', `${qualified(gr)} "${name}" already exists`, about(gr, name));
export const conflict = (gr: GroupResource, name: string, why: string): StatusError =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(gr)} "${name}": ${why}`,
    about(gr, name),
  );
export const forbidden = (gr: GroupResource, name: string, why: string): StatusError =>
  new StatusError(
    403,
    'Forbidden',
    `${gr.resource ? `${qualified(gr)}${name ? ` "${name}"` : ''} is forbidden: ` : 'forbidden: '}${why}`,
    about(gr, name),
  );
export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);
export const unauthorized = (): StatusError => new StatusError(401, 'Unauthorized', 'Unauthorized');
export const methodNotAllowed = (gr: GroupResource, verb: string): StatusError =>
  new StatusError(
    405,
    'MethodNotAllowed',
    `${verb} is not supported on resources of kind "${qualified(gr)}"`,
    about(gr, ''),
  );
export const expired = (message: string): StatusError => new StatusError(410, 'Expired', message);
export const gone = (message: string): StatusError => new StatusError(410, 'Gone', message);
export const tooLarge = (why: string): StatusError =>
  new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: ${why}`);
export const serviceUnavailable = (message: string, retryAfterSeconds?: number): StatusError =>
  new StatusError(
    503,
    'ServiceUnavailable',
    message,
    retryAfterSeconds === undefined ? undefined : { retryAfterSeconds },
  );
export const timedOut = (message: string): StatusError => new StatusError(504, 'Timeout', `Timeout: ${message}`);
export const internalError = (message: string): StatusError =>
  new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });

/** 422 with every field error as a cause, in order. `kind` is the object's kind, not its resource. */
export function invalidObject(group: string, kind: string, name: string, errors: readonly FieldError[]): StatusError {
  const lines = [...new Set(errors.map(lineOf))];
  const why = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${group ? `${kind}.${group}` : kind} ${quoted(name)} is invalid: ${why}`, {
    ...(name && { name }),
    ...(group && { group }),
    ...(kind && { kind }),
    causes: errors.map((e) => ({ reason: e.type, message: e.message, field: e.field })),
  });
}

const hasReason = (reason: string) => (err: unknown) => err instanceof StatusError && err.reason === reason;
export const isNotFound = hasReason('NotFound');
export const isAlreadyExists = hasReason('AlreadyExists');
/** The server has looked at a request and said no. After any other failure what was asked for may be done all the same. */
export const isAnswer = (err: unknown): boolean => err instanceof StatusError && err.code < 500;
export const isConflict = hasReason('Conflict');
export const isForbidden = hasReason('Forbidden');
export const isInvalid = hasReason('Invalid');
export const isExpired = (err: unknown): boolean => hasReason('Expired')(err) || hasReason('Gone')(err);
export const isTooManyRequests = hasReason('TooManyRequests');
/** Nothing can be made in that namespace any more, and soon nothing is there. */
export const isNamespaceTerminating = (err: unknown): boolean =>
  err instanceof StatusError && (err.status.details?.causes ?? []).some((c) => c.reason === 'NamespaceTerminating');
