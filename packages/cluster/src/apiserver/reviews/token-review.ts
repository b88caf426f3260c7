import { tokenReview as tokenReviewKind, type TokenReview } from '@tiphys/sdk/api';
import { badRequest, type KubeObject } from '@tiphys/sdk/machinery';
import { erase } from '@tiphys/sdk/schema';
import type { Authenticator } from '../authn/index.ts';
import type { Review } from './review.ts';
import { userStatus } from './self-review.ts';

/** Whose token is this? Asked by servers that get tokens shown and trust this one to know them. */
export const tokenReview = (authenticator: Authenticator): Review => ({
  kind: erase(tokenReviewKind),
  check(asked) {
    if (!(asked as TokenReview).spec.token) throw badRequest('token is required for TokenReview in authentication');
  },
  async answer(asked) {
    const { spec, status } = asked as TokenReview;
    const { known, error } = await authenticator.review(spec.token, spec.audiences ?? []);
    const { authenticated: _, error: sent, audiences, user } = status;
    return {
      ...asked,
      status: {
        ...(known && { authenticated: true }),
        user: known ? userStatus(known.user) : user,
        ...(known ? { audiences: [...known.audiences] } : audiences && { audiences }),
        ...((error ?? sent) && { error: error ?? sent }),
      },
    } as KubeObject;
  },
});
