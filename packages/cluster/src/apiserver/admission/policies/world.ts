import type { AnyKind } from '@tiphys/sdk/schema';
import type { Authorizer } from '../../authz/authorizer.ts';
import type { Registry } from '../../registry/registry.ts';
import type { ClusterObjects } from '../cluster-objects.ts';

/** What policies look at beside the write that they judge. */
export interface PolicyWorld {
  readonly objects: ClusterObjects;
  /** Every kind that is served, defined ones among them. */
  readonly kinds: () => readonly AnyKind[];
  readonly registryOf: (kind: AnyKind) => Promise<Registry | undefined>;
  readonly authorizer: () => Authorizer;
}
