import { unauthorized } from '@tiphys/sdk/machinery';
import type { Clock, Logger } from '@tiphys/sdk/runtime';
import type { RequestContext, ServerRequest, UserInfo } from '../context.ts';
import {
  anonymousName,
  BadCredentials,
  type Known,
  type RequestAuthenticator,
  unauthenticatedGroup,
  withAuthenticated,
} from './known.ts';
import type { AuthenticationMetrics } from './metrics.ts';
import { firstOf } from './union.ts';

const anonymous: UserInfo = { name: anonymousName, groups: [unauthenticatedGroup], extra: {} };

/** Whether somebody without credentials is `system:anonymous`; everywhere, or where only some paths are for everybody, there. */
export interface AnonymousAccess {
  readonly isAllowed: boolean;
  readonly paths?: ReadonlySet<string>;
}

export interface AuthenticatorOptions {
  /** Who is asked, in order. */
  readonly requests: readonly RequestAuthenticator[];
  /** Who credentials must be for when nobody says. */
  readonly audiences: readonly string[];
  readonly anonymous: AnonymousAccess;
  readonly metrics: AuthenticationMetrics;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What reviews are told of credentials. */
export interface Reviewed {
  readonly known?: Known;
  readonly error?: string;
}

/** Finds out who asks. Nobody in particular is `system:anonymous`; bad credentials are 401. */
export class Authenticator {
  readonly audiences: readonly string[];
  readonly #knows: RequestAuthenticator;
  readonly #options: AuthenticatorOptions;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#knows = firstOf(options.requests);
    this.audiences = options.audiences;
  }

  /** At once, unless somebody has to be asked elsewhere. */
  authenticate(request: ServerRequest, listener?: Listener): UserInfo | Promise<UserInfo> {
    if (request.user) return request.user;
    const { clock } = this.#options;
    const began = clock.monotonic();
    try {
      const found = this.#knows(request, this.audiences);
      if (found instanceof Promise) {
        return found.then(
          (known) => this.#admitted(told(known, listener), request, began),
          (err) => this.#refused(err, began, listener),
        );
      }
      return this.#admitted(told(found, listener), request, began);
    } catch (err) {
      return this.#refused(err, began, listener);
    }
  }

  /** What a request with this token would be taken for; the error tells why it would be refused. */
  async review(token: string, audiences: readonly string[]): Promise<Reviewed> {
    const wanted = audiences.length ? audiences : this.audiences;
    try {
      const known = await this.#knows({ path: '', headers: { authorization: `Bearer ${token}` } }, wanted);
      if (known) return { known: { ...known, user: withAuthenticated(known.user) } };
      // Nothing but blanks: no token at all.
      return this.#options.anonymous.isAllowed ? { known: { user: anonymous, audiences: wanted } } : {};
    } catch (err) {
      if (err instanceof BadCredentials) return { error: err.message };
      throw err;
    }
  }

  #admitted(known: Known | undefined, { path }: ServerRequest, began: number): UserInfo {
    const { metrics, clock } = this.#options;
    const user = known ? withAuthenticated(known.user) : this.#isOpen(path) ? anonymous : undefined;
    const tookMs = clock.monotonic() - began;
    if (!user) {
      metrics.failed(tookMs);
      throw unauthorized();
    }
    metrics.succeeded(user.name, tookMs);
    return user;
  }

  #refused(err: unknown, began: number, listener: Listener | undefined): never {
    // What was refused above is no trouble of an authenticator's.
    if (!(err instanceof BadCredentials)) throw err;
    const { metrics, clock, log } = this.#options;
    metrics.erred(clock.monotonic() - began);
    noted(err, listener);
    log.warn('unable to authenticate the request', { error: err.message });
    throw unauthorized();
  }

  #isOpen(path: string): boolean {
    const { isAllowed, paths } = this.#options.anonymous;
    return isAllowed && (!paths?.size || paths.has(path.split('?', 1)[0]!));
  }
}

/** Who is told what there is to say of credentials: the audit log, where there is one, and the client. */
type Listener = Partial<Pick<RequestContext, 'audit' | 'warn'>>;

function told(known: Known | undefined, listener: Listener | undefined): Known | undefined {
  if (!known) return known;
  noted(known, listener);
  if (known.warning) listener?.warn?.(known.warning);
  return known;
}

function noted({ notes }: Pick<Known | BadCredentials, 'notes'>, listener: Listener | undefined): void {
  if (notes && listener?.audit) for (const key in notes) listener.audit.annotate(key, notes[key]!);
}
