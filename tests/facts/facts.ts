import { existsSync, readFileSync } from 'node:fs';
import * as api from '@tiphys/sdk/api';
import type { AnyKind } from '@tiphys/sdk/schema';
import { servedKinds } from 'tiphys/apiserver';

const place = new URL('../../../../shared/facts/', import.meta.url);

/** Why nothing can be compared; undefined where the published facts are beside this checkout. */
export const noFacts = existsSync(place)
  ? undefined
  : 'the published facts are not beside this checkout (../shared/facts)';

export const factText = (name: string): string => (noFacts ? '' : readFileSync(new URL(name, place), 'utf8'));
export const facts = <T>(name: string): T => JSON.parse(factText(name) || '{}') as T;

/** Every kind that is declared anywhere. */
export const declaredKinds: readonly AnyKind[] = (Object.values(api) as unknown[]).filter(
  (k): k is AnyKind => typeof k === 'object' && k !== null && 'schema' in k && 'plural' in k,
);

const served = new Set<unknown>(servedKinds.map((k) => k.schema));
/** Some kinds are declared before they are served: their structure is complete, what they do is not. */
export const isServed = (k: AnyKind): boolean => served.has(k.schema);

export const titleOf = (k: AnyKind): string => `${k.group || 'core'}/${k.version} ${k.kind}`;
