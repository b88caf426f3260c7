import type { SubresourceHandler } from '../handlers/dispatch.ts';
import { binding } from './binding.ts';
import { type ConnectDeps, connections } from './connect/index.ts';
import { eviction, type EvictionDeps } from './eviction.ts';
import { finalize } from './finalize.ts';
import { scales } from './scale.ts';
import { token, type TokenDeps } from './token.ts';

export type SubresourceDeps = TokenDeps & ConnectDeps & EvictionDeps;

/** Subresources that do something of their own. */
export const subresourcesOf = (deps: SubresourceDeps): SubresourceHandler[] => [
  binding(deps.admission),
  eviction(deps),
  finalize,
  token(deps),
  ...connections(deps),
  scales(deps.admission),
];

export { bindings } from './binding.ts';
