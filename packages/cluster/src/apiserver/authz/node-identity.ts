import type { UserInfo } from '../context.ts';

const prefix = 'system:node:';

/** The name of the node that asks, empty when it doesn't say which; undefined for anybody who is no node. */
export const nodeNameOf = ({ name, groups }: UserInfo): string | undefined =>
  name.startsWith(prefix) && groups.includes('system:nodes') ? name.slice(prefix.length) : undefined;
