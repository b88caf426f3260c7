import type { UserInfo } from '../context.ts';

/** Who a service account is. */
export const accountUser = (
  { namespace, name, uid }: { readonly namespace: string; readonly name: string; readonly uid: string },
  extra: UserInfo['extra'] = {},
): UserInfo => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  uid,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  extra,
});
