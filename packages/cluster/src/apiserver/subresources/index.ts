import type { AnyKind } from '@tiphys/sdk/schema';
import type { SubresourceHandler } from '../handlers/dispatch.ts';
import { binding } from './binding.ts';
import { eviction } from './eviction.ts';
import { finalize } from './finalize.ts';
import { scalesOf } from './scale.ts';

/** Subresources that do something of their own. */
export const subresourcesOf = (kinds: readonly AnyKind[]): SubresourceHandler[] => [
  binding,
  eviction,
  finalize,
  ...scalesOf(kinds),
];
