import type { Authenticator } from '../authn/authenticator.ts';
import type { Filter } from '../context.ts';

/** Puts the user into the context, or ends the request with 401. */
export const authenticate =
  (authenticator: Authenticator): Filter =>
  (c, next) =>
    next({ ...c, user: authenticator.authenticate(c.request) });
