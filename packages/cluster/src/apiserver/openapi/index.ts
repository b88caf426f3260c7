/**
 * What clients read to validate, to explain and to generate code: OpenAPI 3 by group and version under `/openapi/v3`, OpenAPI 2
 * in one piece under `/openapi/v2`, each as JSON and as protobuf. All of it is computed from the declared kinds.
 */
import type { RequestContext, ServerResponse } from '../context.ts';
import type { Endpoint } from '../handlers/dispatch.ts';
import { serveContent } from '../handlers/serve-content.ts';
import { Documents, type DocumentsDeps } from './documents.ts';
import { etagOf, type Form, formOf, send } from './send.ts';

export { readSpec, type Spec } from './spec.ts';

const root = '/openapi/v3';
/** Upstream's are never in gzip, and say `Accept` alone. */
const vary = 'Accept, Accept-Encoding';
const aYearMs = 365 * 24 * 60 * 60 * 1000;
const varyV2 = ['Accept-Encoding', 'Accept'];
const notAcceptable = (by: string | readonly string[]): ServerResponse => ({
  status: 406,
  headers: { vary: by },
  body: { type: 'none' },
});

/** Documents of OpenAPI 3 that others have. */
export interface OthersDocuments {
  listed(): Iterable<readonly [path: string, at: { readonly url: string }]>;
  /** Whoever has the document at a path answers. */
  answer(c: RequestContext, path: string): Promise<ServerResponse> | undefined;
}

export function openApi(deps: DocumentsDeps & { readonly others: OthersDocuments }): Endpoint {
  const documents = new Documents(deps);
  return (c) => {
    const { path } = c.info;
    if (path === root) return index(c, documents, deps.others);
    const form = formOf(c.request, path === '/openapi/v2' ? 'v2' : 'v3');
    if (path === '/openapi/v2') return form ? v2(c, documents, form) : Promise.resolve(notAcceptable(varyV2));
    if (!path.startsWith(`${root}/`)) return undefined;
    return form ? v3(c, { documents, others: deps.others, form }) : Promise.resolve(notAcceptable('Accept'));
  };
}

async function index({ request, now }: RequestContext, documents: Documents, others: OthersDocuments) {
  const own = [...(await documents.v3())].map(([path, { hash }]) => [path, addressOf(path, hash)] as const);
  const all = new Map([...[...others.listed()].map(([path, { url }]) => [path, url] as const), ...own]);
  const sorted = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  const paths = Object.fromEntries(sorted.map(([path, url]) => [path, { serverRelativeURL: url }]));
  return serveContent(request, {
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    // Upstream's is of now, too, and tells who asks twice within a second that nothing has changed.
    modifiedAt: now,
    isNew: true,
    bytes: () => Promise.resolve(Buffer.from(JSON.stringify({ paths }))),
  });
}

async function v3(
  c: RequestContext,
  { documents, others, form }: { documents: Documents; others: OthersDocuments; form: Form },
): Promise<ServerResponse> {
  const path = c.info.path.slice(root.length + 1);
  const document = await documents.v3At(path);
  if (!document) return (await others.answer(c, path)) ?? { status: 404, headers: {}, body: { type: 'none' } };
  const asked = c.query.get('hash');
  if (asked && asked !== document.hash) {
    const location = addressOf(path, document.hash);
    const headers = { 'content-type': form.contentType, etag: etagOf(document), vary, location };
    return { status: 301, headers, body: { type: 'none' } };
  }
  // A document under its hash never changes.
  const expires = new Date(c.now + aYearMs).toUTCString().replace('GMT', 'UTC');
  const forever = { 'cache-control': 'public, immutable', expires };
  return send(c, document, { form, headers: { vary, ...(asked && forever) } });
}

const v2 = async (c: RequestContext, documents: Documents, form: Form): Promise<ServerResponse> =>
  send(c, await documents.v2(), { form, headers: { vary: varyV2 } });

const addressOf = (path: string, hash: string): string => `${root}/${path}?hash=${hash}`;
