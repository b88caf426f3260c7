import { createHash } from 'node:crypto';
import type { RequestContext, ServerResponse } from '../context.ts';
import { type Conversions, type Negotiated, pick } from '../handlers/negotiate.ts';
import { encode } from '../handlers/respond.ts';
import type { ApiGroup } from './groups.ts';
import { type DiscoveredVersion, nested } from './discovered.ts';

const apiVersion = 'apidiscovery.k8s.io/v2';
const conversions: Conversions = {
  allows: (asked, as) => asked === apiVersion && as === 'APIGroupDiscoveryList',
  streams: true,
};

/** Groups with their versions and resources in one document, which clients keep by its digest: made once. */
export class Aggregated {
  readonly #groups: readonly ApiGroup[];
  #etag: string | undefined;
  readonly #written = new Map<string, Buffer>();

  constructor(groups: readonly ApiGroup[]) {
    this.#groups = groups;
  }

  /** The answer for who prefers this form to the plain ones. */
  answer(c: RequestContext): ServerResponse | undefined {
    const form = pick(c.request, c.query, conversions);
    if (form?.as !== 'APIGroupDiscoveryList') return undefined;
    if (c.request.objects) return { status: 200, headers: {}, body: { type: 'object', value: this.#list() } };
    this.#etag ??= `"${createHash('sha512').update(JSON.stringify(this.#list())).digest('hex').toUpperCase()}"`;
    const headers = { etag: this.#etag, vary: 'Accept', 'cache-control': 'public' };
    if (c.request.headers['if-none-match'] === this.#etag) return { status: 304, headers, body: { type: 'none' } };
    c.audit?.responded(() => this.#list());
    const contentType = `${form.contentType};g=apidiscovery.k8s.io;v=v2;as=${form.as}`;
    const body = { type: 'bytes', pieces: [this.#bytes(form)] } as const;
    return { status: 200, headers: { 'content-type': contentType, ...headers }, body };
  }

  #bytes(form: Negotiated): Buffer {
    const key = `${form.media} ${form.pretty}`;
    let bytes = this.#written.get(key);
    if (!bytes) this.#written.set(key, (bytes = encode(this.#list(), form)));
    return bytes;
  }

  #list() {
    return {
      kind: 'APIGroupDiscoveryList',
      apiVersion,
      metadata: {},
      items: this.#groups.map(({ name, versions }) => ({
        metadata: name ? { name } : {},
        versions: versions.map(
          (v): DiscoveredVersion =>
            v.elsewhere ?? { version: v.version, resources: nested(v.resources), freshness: 'Current' },
        ),
      })),
    };
  }
}
