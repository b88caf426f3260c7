import * as api from '../api/index.ts';
import type { ApiResponse } from '../client/index.ts';
import type { AnyKind } from '../schema/index.ts';

const isKind = (value: Partial<AnyKind>): value is AnyKind => value.listKind !== undefined;
const kinds = Object.values(api as unknown as Record<string, Partial<AnyKind>>).filter(isKind);

/** Aggregated discovery of a server that has every built-in kind. Undefined for other paths. */
export function fakeDiscovery(path: string): ApiResponse | undefined {
  if (path !== '/api' && path !== '/apis') return undefined;
  const groups = new Map<string, AnyKind[]>();
  for (const kind of kinds) {
    if ((kind.group === '') !== (path === '/api')) continue;
    groups.set(kind.group, [...(groups.get(kind.group) ?? []), kind]);
  }
  const items = [...groups].map(([name, members]) => ({
    metadata: { name },
    versions: [...new Set(members.map((k) => k.version))].map((version) => ({
      version,
      resources: members
        .filter((k) => k.version === version)
        .map(({ plural, kind, scope, verbs }) => ({ resource: plural, responseKind: { kind }, scope, verbs })),
    })),
  }));
  return {
    status: 200,
    headers: {},
    json: () => Promise.resolve({ kind: 'APIGroupDiscoveryList', items }),
    async *bytes() {
      yield Buffer.from(JSON.stringify({ items }));
    },
    async *frames() {},
  };
}
