import type { SubresourceHandler } from '../../handlers/dispatch.ts';
import type { ConnectDeps } from './deps.ts';
import { log } from './log.ts';
import { proxies } from './proxy.ts';
import { sessions } from './session.ts';

export type { ConnectDeps } from './deps.ts';

/** Subresources that lead to nodes and pods. */
export const connections = (deps: ConnectDeps): SubresourceHandler[] => [
  log(deps),
  ...sessions(deps),
  ...proxies(deps),
];
