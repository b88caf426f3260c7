import { actionOf, type Authorizer, refusal } from '../authz/authorizer.ts';
import type { Filter } from '../context.ts';

/** Lets a request through that somebody allows, and ends every other with 403. */
export const authorize =
  (authorizer: Authorizer): Filter =>
  async (c, next) => {
    const action = actionOf(c.user, c.info);
    const { decision, reason } = authorizer(action);
    if (decision !== 'allow') throw refusal(action, reason);
    return next(c);
  };
