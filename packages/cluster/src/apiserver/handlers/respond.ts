import { type KubeObject, StatusError } from '@tiphys/sdk/machinery';
import type { Entry } from '../cache/entry.ts';
import type { RequestContext, ServerRequest, ServerResponse } from '../context.ts';
import { entryPieces, protobufOf } from './messages.ts';
import { contentTypeOf, type Negotiated, refusalForm } from './negotiate.ts';
import { writeYaml } from '../yaml/index.ts';

/** An entry of the cache: its bytes as they are, or, within the process, the object. */
export function entryResponse(c: RequestContext, entry: Entry, form: Negotiated, status = 200): ServerResponse {
  c.audit?.responded(entry.object);
  if (c.request.objects) return objectResponse(entry.object, status);
  if (form.media === 'json' && !form.pretty) return bytesResponse(entry.pieces, form.contentType, status);
  if (form.media === 'protobuf') return bytesResponse(entryPieces(entry), form.contentType, status);
  return valueResponse(c, entry.object, form, status);
}

/** Any JSON value, in the form the client asked for. */
export function valueResponse(c: RequestContext, value: unknown, form: Negotiated, status = 200): ServerResponse {
  c.audit?.responded(value);
  if (c.request.objects) return objectResponse(value, status);
  return bytesResponse([encode(value, form)], form.contentType, status);
}

export function encode(value: unknown, form: Pick<Negotiated, 'media' | 'pretty'>): Buffer {
  if (form.media === 'protobuf') return protobufOf(value);
  if (form.media === 'yaml') return Buffer.from(writeYaml(value));
  return Buffer.from(form.pretty ? JSON.stringify(value, null, 2) : `${JSON.stringify(value)}\n`);
}

const objectResponse = (value: unknown, status: number): ServerResponse => ({
  status,
  headers: {},
  body: { type: 'object', value },
});

export const bytesResponse = (pieces: Iterable<Uint8Array>, contentType: string, status: number): ServerResponse => ({
  status,
  headers: { 'content-type': contentType },
  body: { type: 'bytes', pieces },
});

/** Every refusal ends as a Status, in the form that was asked for, or as JSON where nothing that we have was. */
export function errorResponse(request: ServerRequest, query: URLSearchParams, err: StatusError): ServerResponse {
  const retryAfter = err.status.details?.retryAfterSeconds;
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  if (request.objects)
    return { status: err.code, headers, body: { type: 'object', value: err.status as unknown as KubeObject } };
  const form = refusalForm(request, query);
  return {
    status: err.code,
    headers: { 'content-type': contentTypeOf(form.media), ...headers },
    body: { type: 'bytes', pieces: [encode(err.status, form)] },
  };
}

export const textResponse = (status: number, text: string): ServerResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  body: { type: 'bytes', pieces: [Buffer.from(text)] },
});

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What upstream's filters say where they can't go on: no Status, and safe to be shown as a page. */
export const internalErrorText = ({ path }: ServerRequest, why: string): ServerResponse =>
  textResponse(
    500,
    `${`Internal Server Error: ${JSON.stringify(path)}: ${why}`.replace(/[&<>]/g, (c) => entities[c]!)}\n`,
  );
