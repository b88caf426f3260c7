import type { ServerRequest, ServerResponse } from '../context.ts';
import { textResponse } from './respond.ts';

/** What is served as a file would be: in pieces too, and not at all to who has it. */
export interface Content {
  /** The content type and what else is said of it. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly etag?: string;
  readonly modifiedAt: number;
  /** Made for whoever asks: another may have come in the same second. */
  readonly isNew?: boolean;
  bytes(): Promise<Buffer>;
}

/** Upstream's way with conditions and ranges (RFC 9110, 13 and 14), of which only the first that is asked for is sent. */
export async function serveContent(request: ServerRequest, content: Content): Promise<ServerResponse> {
  const { etag, modifiedAt } = content;
  const seconds = Math.floor(modifiedAt / 1000);
  const { 'content-type': _, ...untyped } = content.headers;
  const modified = { 'last-modified': new Date(seconds * 1000).toUTCString() };
  const all = { ...content.headers, ...(etag && { etag }), ...modified };
  const condition = conditionOf(request, etag, content.isNew ? Infinity : seconds);
  if (condition === 'failed') return { status: 412, headers: all, body: { type: 'none' } };
  if (condition === 'unchanged') {
    return { status: 304, headers: { ...untyped, ...(etag ? { etag } : modified) }, body: { type: 'none' } };
  }
  const bytes = await content.bytes();
  const range = isSame(request, etag, seconds) ? rangeOf(headerOf(request, 'range'), bytes.length) : undefined;
  if (typeof range === 'string') {
    const { status, headers, body } = textResponse(416, `${range}\n`);
    const { 'cache-control': __, ...others } = untyped;
    const size = range === noOverlap && { 'content-range': `bytes */${bytes.length}` };
    return { status, headers: { ...others, ...headers, ...size }, body };
  }
  const part = range ? bytes.subarray(range.first, range.last + 1) : bytes;
  const headers = {
    ...all,
    'accept-ranges': 'bytes',
    'content-length': String(part.length),
    ...(range && { 'content-range': `bytes ${range.first}-${range.last}/${bytes.length}` }),
  };
  return { status: range ? 206 : 200, headers, body: { type: 'bytes', pieces: [part] } };
}

/** Whether something stands against sending it; the same for what is sent in another form. */
export function conditionOf(
  request: ServerRequest,
  etag: string | undefined,
  modifiedSeconds: number,
): 'failed' | 'unchanged' | undefined {
  const time = (name: string) => Date.parse(headerOf(request, name)) / 1000;
  const match = headerOf(request, 'if-match');
  if (match ? !isAmong(match, etag, strong) : modifiedSeconds > time('if-unmodified-since')) return 'failed';
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const known = headerOf(request, 'if-none-match');
  if (known) return isAmong(known, etag, weak) ? (isRead ? 'unchanged' : 'failed') : undefined;
  return isRead && modifiedSeconds <= time('if-modified-since') ? 'unchanged' : undefined;
}

const headerOf = ({ headers }: ServerRequest, name: string): string => [headers[name] ?? ''].flat().join(',');

const strong = (tag: string): string => tag;
const weak = (tag: string): string => tag.replace(/^W\//, '');

const isAmong = (list: string, etag: string | undefined, form: (tag: string) => string): boolean =>
  list
    .split(',')
    .map((tag) => tag.trim())
    .some((tag) => tag === '*' || (etag !== undefined && form(tag) === etag));

/** A part is of use only beside others of the same. */
function isSame(request: ServerRequest, etag: string | undefined, modifiedSeconds: number): boolean {
  const same = headerOf(request, 'if-range');
  return !same || same === etag || Date.parse(same) / 1000 === modifiedSeconds;
}

const noOverlap = 'invalid range: failed to overlap';

/** What is wrong with it, or the first and the last byte; nothing where all is wanted. */
function rangeOf(text: string, size: number): { first: number; last: number } | string | undefined {
  if (!text) return undefined;
  if (!text.startsWith('bytes=')) return 'invalid range';
  const wanted = text.slice('bytes='.length).split(',');
  // Several would come in a message of several parts; all of it is an answer as good.
  if (wanted.length > 1) return undefined;
  const [, from = '', to = ''] = /^\s*(\d*)-(\d*)\s*$/.exec(wanted[0]!) ?? [];
  if (!from && !to) return 'invalid range';
  if (!from) return { first: Math.max(0, size - Number(to)), last: size - 1 };
  if (to && Number(to) < Number(from)) return 'invalid range';
  if (Number(from) >= size) return noOverlap;
  return { first: Number(from), last: Math.min(size - 1, to ? Number(to) : size - 1) };
}
