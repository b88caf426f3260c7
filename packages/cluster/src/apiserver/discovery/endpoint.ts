import { withoutTrailing } from '@tiphys/sdk/machinery';
import type { AnyKind, Gates } from '@tiphys/sdk/schema';
import { computedFromBoth } from '../computed-from.ts';
import type { RequestContext, ServerResponse } from '../context.ts';
import { type Endpoint, notOnThis } from '../handlers/dispatch.ts';
import { negotiate, negotiateLaxly } from '../handlers/negotiate.ts';
import { valueResponse } from '../handlers/respond.ts';
import { Aggregated } from './aggregated.ts';
import { type ApiGroup, groupsOf, type VersionElsewhere } from './groups.ts';

export interface DiscoveryDeps {
  readonly kinds: () => readonly AnyKind[];
  /** What others serve: the same array as long as it is the same. */
  readonly elsewhere: () => readonly VersionElsewhere[];
  readonly serverAddress: () => string;
  readonly gates?: Gates;
  /** Calls back when all is put together anew. */
  readonly onMade: () => void;
}

/** `/api`, `/apis` and what is below them: which groups, versions and resources there are, in the plain and the aggregated form. */
export function discovery({ kinds, elsewhere, serverAddress, gates, onMade }: DiscoveryDeps): Endpoint {
  const known = computedFromBoth(kinds, elsewhere, (all, others) => {
    onMade();
    const groups = groupsOf(all, others, gates);
    const roots = [true, false].map((core) => {
      const shown = groups.filter((g) => (g.name === '') === core);
      return { core, groups: shown, aggregated: new Aggregated(shown) };
    });
    return { groups, roots };
  });
  return (c) => {
    const { groups, roots } = known();
    const find = (name: string) => groups.find((g) => g.name === name);
    const [, prefix, ...rest] = withoutTrailing(c.info.path, '/').split('/');
    if (prefix !== 'api' && prefix !== 'apis') return undefined;
    const core = prefix === 'api';
    const [groupName = '', versionName, more] = core ? ['', ...rest] : rest;
    const group = find(groupName);
    const version = group?.versions.find((v) => v.version === versionName);
    // Upstream's aggregator answers for groups, at their very paths and whatever the method; all else is its router's.
    const isAggregators = !core && !version && !c.info.path.endsWith('//');
    const isThere = rest.length
      ? group && !group.name === core && (versionName === undefined || version) && more === undefined
      : core || isAggregators;
    if (!isThere) return undefined;
    if (!isAggregators && c.request.method !== 'GET') throw notOnThis();
    if (!rest.length) {
      const asked = roots.find((r) => r.core === core)!;
      return Promise.resolve(asked.aggregated.answer(c) ?? root(c, asked, serverAddress));
    }
    if (!version) return Promise.resolve(aggregated(c, 'APIGroup', groupEntry(group!)));
    const groupVersion = group!.name ? `${group!.name}/${version.version}` : version.version;
    const header = core ? {} : { apiVersion: 'v1' };
    return Promise.resolve(
      plain(c, { kind: 'APIResourceList', ...header, groupVersion, resources: version.resources }),
    );
  };
}

function root(
  c: RequestContext,
  { core, groups }: { core: boolean; groups: readonly ApiGroup[] },
  serverAddress: () => string,
): ServerResponse {
  if (core) {
    return plain(c, {
      kind: 'APIVersions',
      versions: groups[0]?.versions.map((v) => v.version) ?? [],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: serverAddress() }],
    });
  }
  return aggregated(c, 'APIGroupList', { groups: groups.map(groupEntry) });
}

function groupEntry({ name, versions }: ApiGroup) {
  const entries = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

/** What upstream's aggregator says of groups: it has no router. */
const aggregated = (c: RequestContext, kind: string, value: object): ServerResponse =>
  valueResponse(c, { kind, apiVersion: 'v1', ...value }, negotiateLaxly(c.request, c.query, 'nothing'));

const plain = (c: RequestContext, value: unknown): ServerResponse =>
  valueResponse(c, value, negotiate(c.request, c.query, 'nothing'));
