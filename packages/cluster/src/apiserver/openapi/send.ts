import type { RequestContext, ServerRequest, ServerResponse } from '../context.ts';
import { acceptOf, clauses } from '../handlers/negotiate.ts';
import type { Dialect } from './dialect.ts';
import type { Document } from './documents.ts';

/** In what a document is read: its content type says which. */
export interface Form {
  readonly contentType: string;
  readonly isProtobuf: boolean;
}

const json: Form = { contentType: 'application/json', isProtobuf: false };
const protobufOf = (dialect: Dialect): Form => ({
  contentType: `application/com.github.proto-openapi.spec.${dialect}.v1.0+protobuf`,
  isProtobuf: true,
});

/** What the client would like best of what there is; nothing when it reads neither. */
export function formOf(request: ServerRequest, dialect: Dialect): Form | undefined {
  const message = protobufOf(dialect);
  // The older name, by which current clients still ask, isn't a valid media type: hence the other.
  const older = message.contentType.replace(`${dialect}.v1.0`, `${dialect}@v1.0`);
  for (const { media } of clauses(acceptOf(request))) {
    if (['*/*', 'application/*', json.contentType].includes(media)) return json;
    if (media === message.contentType || media === older) return message;
  }
  return undefined;
}

/** A document, unless the client has it already. */
export async function send(
  { request }: RequestContext,
  document: Document,
  { form, headers }: { form: Form; headers: Readonly<Record<string, string>> },
): Promise<ServerResponse> {
  const etag = `"${document.hash}"`;
  const modified = new Date(document.modifiedAt).toUTCString();
  const all = { ...headers, vary: 'Accept, Accept-Encoding', etag, 'last-modified': modified };
  if (hasAlready(request, etag, document.modifiedAt)) return { status: 304, headers: all, body: { type: 'none' } };
  const stored = form.isProtobuf ? await document.protobuf() : document.json;
  const typed = { 'content-type': form.contentType, ...all };
  if (!/\bgzip\b/.test([request.headers['accept-encoding'] ?? ''].flat().join(','))) {
    return { status: 200, headers: typed, body: { type: 'bytes', pieces: [await stored.plain()] } };
  }
  const zipped = { ...typed, 'content-encoding': 'gzip' };
  return { status: 200, headers: zipped, body: { type: 'bytes', pieces: [await stored.zipped()] } };
}

/** RFC 9110, 13.1: one of the entity tags that the client has, or else the time at which it was last told. */
function hasAlready({ headers }: ServerRequest, etag: string, modifiedAt: number): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    return [tags]
      .flat()
      .flatMap((t) => t.split(','))
      .some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
  }
  const since = Date.parse(String(headers['if-modified-since'] ?? ''));
  return since >= Math.floor(modifiedAt / 1000) * 1000;
}
