import type { AnyKind } from '../schema/index.ts';

/** A kind that is named only; any kind will do. */
export type KindRef = Pick<AnyKind, 'group' | 'version' | 'kind' | 'plural' | 'scope' | 'apiVersion'>;
