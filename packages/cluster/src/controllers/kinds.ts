import * as api from '@tiphys/sdk/api';
import type { AnyKind } from '@tiphys/sdk/schema';

/** Every kind that is stored and can be listed, watched and deleted; what namespaces and the garbage collector look after. */
export const storedKinds: readonly AnyKind[] = Object.values(api as unknown as Record<string, Partial<AnyKind>>).filter(
  (value): value is AnyKind =>
    value.listKind !== undefined && ['list', 'watch', 'delete'].every((verb) => value.verbs?.includes(verb)),
);
