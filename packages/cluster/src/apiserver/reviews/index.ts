/**
 * Questions put to the server as objects that are created and never stored: may this user do that, what may I do, whose token
 * is this, who am I.
 */
import type { RequestContext } from '../context.ts';
import type { Endpoint } from '../handlers/dispatch.ts';
import type { AdmissionChain } from '../admission/plugin.ts';
import type { Authenticator } from '../authn/index.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import type { RulesOf } from '../authz/rules.ts';
import { accessReviews } from './access-reviews.ts';
import { answer, type Review } from './review.ts';
import { rulesReview } from './rules-review.ts';
import { selfReview } from './self-review.ts';
import { tokenReview } from './token-review.ts';

export interface ReviewDeps {
  readonly admission: () => AdmissionChain;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly rulesOf: RulesOf;
}

export function reviews({ admission, authenticator, authorizer, rulesOf }: ReviewDeps): Endpoint {
  const all: readonly Review[] = [
    ...accessReviews(authorizer),
    rulesReview(rulesOf),
    tokenReview(authenticator),
    selfReview,
  ];
  const byPlace = new Map(all.map((r) => [place(r.kind.group, r.kind.version, r.kind.plural), r]));
  return (c: RequestContext) => {
    const { info } = c;
    const review = info.isResource ? byPlace.get(place(info.group, info.version, info.resource)) : undefined;
    return review && answer(c, review, admission());
  };
}

const place = (group: string, version: string, resource: string): string => `${group}/${version}/${resource}`;
