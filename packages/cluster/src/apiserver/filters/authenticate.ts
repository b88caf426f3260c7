import { type Authenticator, hasEmptyToken } from '../authn/index.ts';
import type { Filter, Handler, RequestContext, ServerResponse, UserInfo } from '../context.ts';

/** Puts the user into the context, or ends the request with 401. */
export const authenticate =
  (authenticator: Authenticator): Filter =>
  (c, next) => {
    const user = c.audit
      ? c.audit.timed('authentication', () => authenticator.authenticate(c.request, c))
      : authenticator.authenticate(c.request, c);
    return user instanceof Promise ? user.then((known) => admit(c, known, next)) : admit(c, user, next);
  };

function admit(c: RequestContext, user: UserInfo, next: Handler): Promise<ServerResponse> {
  if (hasEmptyToken(c.request))
    c.warn('the provided Authorization header contains extra space before the bearer token, and is ignored');
  c.user = user;
  return next(c);
}
