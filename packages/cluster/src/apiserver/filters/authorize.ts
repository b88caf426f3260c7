import type { StatusError } from '@tiphys/sdk/machinery';
import { actionOf, type Authorizer } from '../authz/authorizer.ts';
import { refusal } from '../authz/refusal.ts';
import type { Filter } from '../context.ts';

/** Lets a request through that somebody allows, and ends every other with 403. */
export const authorize =
  (authorizer: Authorizer): Filter =>
  (c, next) => {
    const requireVerb = (verb: string, inWords?: (reason: string) => StatusError): void => {
      const action = actionOf(c.user, { ...c.info, verb }, c.query);
      const { decision, reason } = authorizer(action);
      // Only a refusal's reason is for everybody's eyes.
      if (decision !== 'allow') throw inWords?.(reason) ?? refusal(action, reason);
    };
    requireVerb(c.info.verb);
    return next({ ...c, requireVerb });
  };
