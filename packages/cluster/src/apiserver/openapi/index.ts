/**
 * What clients read to validate, to explain and to generate code: OpenAPI 3 by group and version under `/openapi/v3`, OpenAPI 2
 * in one piece under `/openapi/v2`. All of it is computed from the declared kinds.
 */
import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import { StatusError } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { RequestContext, ServerResponse } from '../context.ts';
import type { Endpoint } from '../handlers/dispatch.ts';
import { type Document, Documents } from './documents.ts';

const gzip = promisify(gzipCallback);
const root = '/openapi/v3';
const aYearMs = 365 * 24 * 60 * 60 * 1000;

export function openApi(kinds: readonly AnyKind[], clock: Clock): Endpoint {
  const documents = new Documents(kinds, clock);
  return (c) => {
    const { path } = c.info;
    if (path === '/openapi/v2') return v2(c, documents);
    if (path === root || path === `${root}/`) return index(c, documents);
    return path.startsWith(`${root}/`) ? v3(c, documents, path.slice(root.length + 1)) : undefined;
  };
}

async function index(c: RequestContext, documents: Documents): Promise<ServerResponse> {
  const all = await documents.v3();
  const paths = Object.fromEntries(
    [...all].map(([path, { hash }]) => [path, { serverRelativeURL: `${root}/${path}?hash=${hash}` }]),
  );
  return send(
    c,
    { bytes: Buffer.from(JSON.stringify({ paths })), hash: '' },
    { 'content-type': 'text/plain; charset=utf-8' },
  );
}

async function v3(c: RequestContext, documents: Documents, path: string): Promise<ServerResponse> {
  const document = (await documents.v3()).get(path);
  if (!document) return { status: 404, headers: {}, body: { type: 'none' } };
  const asked = c.query.get('hash');
  if (asked && asked !== document.hash) {
    const location = `${root}/${path}?hash=${document.hash}`;
    return { status: 301, headers: { location }, body: { type: 'none' } };
  }
  // A document under its hash never changes.
  const forever = { 'cache-control': 'public, immutable', expires: new Date(c.now + aYearMs).toUTCString() };
  return send(c, document, asked ? forever : {});
}

const v2 = async (c: RequestContext, documents: Documents): Promise<ServerResponse> =>
  send(c, await documents.v2(), {});

/** Compressed once, when the first client takes it so. */
const compressed = new WeakMap<Document, Promise<Buffer>>();

async function send(c: RequestContext, document: Document, headers: Record<string, string>): Promise<ServerResponse> {
  const accept = [c.request.headers['accept'] ?? ''].flat().join(',');
  // The protobuf form is for clients older than OpenAPI 3; those that ask for nothing else are told what there is.
  if (accept && !/application\/json|application\/\*|\*\/\*/.test(accept)) {
    throw new StatusError(406, 'NotAcceptable', 'only the following media types are accepted: application/json');
  }
  const etag = document.hash && `"${document.hash}"`;
  const all = { ...headers, vary: 'Accept, Accept-Encoding', ...(etag && { etag }) };
  if (etag && c.request.headers['if-none-match'] === etag) return { status: 304, headers: all, body: { type: 'none' } };
  const zipped = /\bgzip\b/.test([c.request.headers['accept-encoding'] ?? ''].flat().join(','));
  const typed = { 'content-type': 'application/json', ...all };
  if (!zipped) return { status: 200, headers: typed, body: { type: 'bytes', pieces: [document.bytes] } };
  let small = compressed.get(document);
  if (!small) compressed.set(document, (small = gzip(document.bytes)));
  return {
    status: 200,
    headers: { ...typed, 'content-encoding': 'gzip' },
    body: { type: 'bytes', pieces: [await small] },
  };
}
