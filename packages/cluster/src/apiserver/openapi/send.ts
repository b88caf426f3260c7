import type { RequestContext, ServerRequest, ServerResponse } from '../context.ts';
import { acceptOf, clauses } from '../handlers/negotiate.ts';
import { conditionOf, serveContent } from '../handlers/serve-content.ts';
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

/** A document, unless the client has it already; in gzip, unless a part of it is asked for. */
export async function send(
  { request }: RequestContext,
  document: Document,
  { form, headers }: { form: Form; headers: ServerResponse['headers'] },
): Promise<ServerResponse> {
  const { modifiedAt } = document;
  const etag = etagOf(document);
  const stored = async () => (form.isProtobuf ? await document.protobuf() : document.json);
  const typed = { 'content-type': form.contentType, ...headers };
  const isZipped = /\bgzip\b/.test([request.headers['accept-encoding'] ?? ''].flat().join(','));
  if (!isZipped || request.headers['range'] || conditionOf(request, etag, Math.floor(modifiedAt / 1000))) {
    const bytes = async () => (await stored()).plain();
    return serveContent(request, { headers: typed, etag, modifiedAt, bytes });
  }
  const modified = new Date(modifiedAt).toUTCString();
  const zipped = { ...typed, etag, 'last-modified': modified, 'accept-ranges': 'bytes', 'content-encoding': 'gzip' };
  return { status: 200, headers: zipped, body: { type: 'bytes', pieces: [await (await stored()).zipped()] } };
}

export const etagOf = ({ hash }: Document): string => `"${hash}"`;
