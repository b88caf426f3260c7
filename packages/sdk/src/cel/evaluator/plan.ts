import type { Value } from '../values.ts';
import type { Attribute } from './attribute.ts';
import type { Eval } from './run.ts';

/**
 * What compiling a node gives. Constants are known already; an attribute (a variable with the selections from it) still grows
 * while the nodes around it select from it, and its cost depends on where it stands; anything else is evaluated.
 */
export type Plan =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'attribute'; readonly attribute: Attribute }
  | { readonly kind: 'computed'; readonly eval: Eval };
