import { internalError, type StatusError } from '@tiphys/sdk/machinery';
import { actionOf, type Authorizer, type Verdict, whenKnown } from '../authz/authorizer.ts';
import { refusal } from '../authz/refusal.ts';
import type { Filter, RequestContext, ServerResponse } from '../context.ts';
import { internalErrorText } from '../handlers/respond.ts';

/** Lets a request through that somebody allows, and ends every other with 403, or with 500 where somebody couldn't judge. */
export function authorize(authorizer: Authorizer): Filter {
  function requireVerb(
    this: RequestContext,
    verb: string,
    inWords?: (reason: string) => StatusError,
  ): void | Promise<void> {
    const action = actionOf(this.user, { ...this.info, verb }, this.query);
    return whenKnown(authorizer(action), ({ decision, reason, error }): void => {
      // Only a refusal's reason is for everybody's eyes.
      if (decision === 'allow') return;
      if (error !== undefined) throw internalError(error);
      throw inWords?.(reason) ?? refusal(action, reason);
    });
  }
  return (c, next) => {
    const { audit } = c;
    const action = actionOf(c.user, c.info, c.query);
    const verdict = audit ? audit.timed('authorization', () => authorizer(action)) : authorizer(action);
    const judged = ({ decision, reason, error }: Verdict): Promise<ServerResponse> => {
      if (decision !== 'allow' && error !== undefined) {
        audit?.annotate('authorization.k8s.io/reason', 'internal error');
        return Promise.resolve(internalErrorText(c.request, error));
      }
      audit?.annotate('authorization.k8s.io/decision', decision === 'allow' ? 'allow' : 'forbid');
      audit?.annotate('authorization.k8s.io/reason', reason);
      if (decision !== 'allow') {
        c.isTurnedAway = true;
        throw refusal(action, reason);
      }
      c.requireVerb = requireVerb;
      return next(c);
    };
    return verdict instanceof Promise ? verdict.then(judged) : judged(verdict);
  };
}
