import type { StatusError } from '@tiphys/sdk/machinery';
import { actionOf, type Authorizer } from '../authz/authorizer.ts';
import { refusal } from '../authz/refusal.ts';
import type { Auditing, Filter } from '../context.ts';

/** Lets a request through that somebody allows, and ends every other with 403. */
export const authorize =
  (authorizer: Authorizer): Filter =>
  (c, next) => {
    const requireVerb = (verb: string, inWords?: (reason: string) => StatusError, audit?: Auditing): void => {
      const action = actionOf(c.user, { ...c.info, verb }, c.query);
      const { decision, reason } = audit ? audit.timed('authorization', () => authorizer(action)) : authorizer(action);
      audit?.annotate('authorization.k8s.io/decision', decision === 'allow' ? 'allow' : 'forbid');
      audit?.annotate('authorization.k8s.io/reason', reason);
      // Only a refusal's reason is for everybody's eyes.
      if (decision !== 'allow') throw inWords?.(reason) ?? refusal(action, reason);
    };
    requireVerb(c.info.verb, undefined, c.audit);
    return next({ ...c, requireVerb });
  };
