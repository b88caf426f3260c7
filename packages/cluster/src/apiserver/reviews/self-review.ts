import { selfSubjectReview, userInfo } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { erase } from '@tiphys/sdk/schema';
import type { UserInfo } from '../context.ts';
import type { Review } from './review.ts';

/** Who am I? `kubectl auth whoami`. */
export const selfReview: Review = {
  kind: erase(selfSubjectReview),
  answer: (_asked, { user, now }) => ({
    metadata: { creationTimestamp: timestamp(now) },
    status: { userInfo: userStatus(user) },
  }),
};

/** A user as `authentication.k8s.io` shows it. */
export const userStatus = ({ name, uid, groups, extra }: UserInfo): typeof userInfo.out & object => ({
  ...(name && { username: name }),
  ...(uid && { uid }),
  ...(groups.length && { groups: [...groups] }),
  ...(Object.keys(extra).length && { extra: Object.fromEntries(sorted(extra)) }),
});

/** As Go writes maps. */
const sorted = (extra: UserInfo['extra']): [string, string[]][] =>
  Object.keys(extra)
    .sort()
    .map((key) => [key, [...extra[key]!]]);
