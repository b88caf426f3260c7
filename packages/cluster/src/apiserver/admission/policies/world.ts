import type { AnyKind } from '@tiphys/sdk/schema';
import type { Authorizer } from '../../authz/authorizer.ts';
import { type PromptAuthorizer, promptly } from '../../authz/promptly.ts';
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

/** The world, as an expression sees it that can't wait for who may do what. */
export type PromptWorld = Omit<PolicyWorld, 'authorizer'> & { readonly authorizer: () => PromptAuthorizer };

/** Evaluates expressions, again where somebody had to be asked elsewhere. They change nothing. */
export const evaluated = <T>(world: PolicyWorld, evaluate: (world: PromptWorld) => T): T | Promise<T> =>
  promptly(world.authorizer(), (ask) => evaluate({ ...world, authorizer: () => ask }));
