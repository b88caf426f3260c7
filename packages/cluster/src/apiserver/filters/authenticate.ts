import { type Authenticator, hasEmptyToken } from '../authn/authenticator.ts';
import type { Filter } from '../context.ts';

/** Puts the user into the context, or ends the request with 401. */
export const authenticate =
  (authenticator: Authenticator): Filter =>
  (c, next) => {
    const user = authenticator.authenticate(c.request);
    if (hasEmptyToken(c.request))
      c.warn('the provided Authorization header contains extra space before the bearer token, and is ignored');
    return next({ ...c, user });
  };
