import { createHash } from 'node:crypto';

import type { AnyKind } from '@tiphys/sdk/schema';
import type { RequestContext, ServerResponse } from '../context.ts';
import { type Endpoint, notOnThis } from '../handlers/dispatch.ts';
import { type Negotiated, negotiate } from '../handlers/negotiate.ts';
import { valueResponse } from '../handlers/respond.ts';
import { type ApiGroup, groupsOf } from './groups.ts';
import type { ApiResource } from './resource-lists.ts';

/** `/api`, `/apis` and what is below them: which groups, versions and resources there are, in the plain and the aggregated form. */
export function discovery(kinds: readonly AnyKind[], serverAddress: () => string): Endpoint {
  const groups = groupsOf(kinds);
  const find = (name: string) => groups.find((g) => g.name === name);
  return (c) => {
    const [prefix, ...rest] = c.info.path.split('/').filter(Boolean);
    if (prefix !== 'api' && prefix !== 'apis') return undefined;
    const core = prefix === 'api';
    const [groupName = '', versionName, more] = core ? ['', ...rest] : rest;
    const group = find(groupName);
    const version = group?.versions.find((v) => v.version === versionName);
    const isThere = !rest.length || (group && !group.name === core && (versionName === undefined || version) && !more);
    if (!isThere) return undefined;
    // Upstream's aggregator, which answers for lists of groups, doesn't look at the method.
    if ((core || version) && c.request.method !== 'GET') throw notOnThis();
    if (!rest.length) return Promise.resolve(root(c, core, groups, serverAddress));
    if (!version) return Promise.resolve(plain(c, { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group!) }));
    const groupVersion = group!.name ? `${group!.name}/${version.version}` : version.version;
    const header = core ? {} : { apiVersion: 'v1' };
    return Promise.resolve(
      plain(c, { kind: 'APIResourceList', ...header, groupVersion, resources: version.resources }),
    );
  };
}

function root(
  c: RequestContext,
  core: boolean,
  groups: readonly ApiGroup[],
  serverAddress: () => string,
): ServerResponse {
  const shown = groups.filter((g) => (g.name === '') === core);
  const version = aggregatedVersion(c);
  if (version) return aggregated(c, shown, version);
  if (core) {
    return plain(c, {
      kind: 'APIVersions',
      versions: shown[0]?.versions.map((v) => v.version) ?? [],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: serverAddress() }],
    });
  }
  return plain(c, { kind: 'APIGroupList', apiVersion: 'v1', groups: shown.map(groupEntry) });
}

function groupEntry({ name, versions }: ApiGroup) {
  const entries = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

const plain = (c: RequestContext, value: unknown): ServerResponse =>
  valueResponse(c, value, negotiate(c.request, c.query, 'nothing'));

const aggregatedForm =
  /application\/(json|yaml)\s*;(?=[^,]*\bas=APIGroupDiscoveryList)(?=[^,]*\bg=apidiscovery\.k8s\.io)[^,]*\bv=(v2)\b/;

/** The version of the aggregated form that the client wants more than the plain one. */
function aggregatedVersion({ request }: RequestContext): { version: string; media: 'json' | 'yaml' } | undefined {
  const m = aggregatedForm.exec([request.headers['accept'] ?? ''].flat().join(','));
  return m ? { version: m[2]!, media: m[1] as 'json' | 'yaml' } : undefined;
}

function aggregated(
  c: RequestContext,
  groups: readonly ApiGroup[],
  { version, media }: { version: string; media: 'json' | 'yaml' },
): ServerResponse {
  const value = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name ? { name } : {},
      versions: versions.map((v) => ({
        version: v.version,
        resources: nested(v.resources, name, v.version),
        freshness: 'Current',
      })),
    })),
  };
  const etag = `"${createHash('sha512').update(JSON.stringify(value)).digest('hex').toUpperCase()}"`;
  if (c.request.headers['if-none-match'] === etag) return { status: 304, headers: { etag }, body: { type: 'none' } };
  const form: Negotiated = {
    media,
    as: 'itself',
    version: '',
    pretty: false,
    contentType: `application/${media};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
  };
  const response = valueResponse(c, value, form);
  return { ...response, headers: { ...response.headers, etag, vary: 'Accept' } };
}

/** The aggregated form has subresources inside of their resources. */
function nested(resources: readonly ApiResource[], group: string, version: string) {
  const kindOf = (r: ApiResource) => ({ group: r.group ?? group, version: r.version ?? version, kind: r.kind });
  return resources
    .filter((r) => !r.name.includes('/'))
    .map((r) => {
      const subresources = resources
        .filter((s) => s.name.startsWith(`${r.name}/`))
        .map((s) => ({
          subresource: s.name.slice(r.name.length + 1),
          responseKind: coreless(kindOf(s), s),
          verbs: s.verbs,
        }));
      return {
        resource: r.name,
        responseKind: coreless(kindOf(r), r),
        scope: r.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: r.singularName,
        verbs: r.verbs,
        ...(r.shortNames && { shortNames: r.shortNames }),
        ...(r.categories && { categories: r.categories }),
        ...(subresources.length && { subresources }),
      };
    });
}

/** Upstream leaves group and version out of what is its own kind's; clients fill them in. */
const coreless = (kind: { group: string; version: string; kind: string }, r: ApiResource) =>
  r.group === undefined ? { group: '', version: '', kind: kind.kind } : kind;
