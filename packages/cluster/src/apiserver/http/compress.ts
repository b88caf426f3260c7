import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { ServerResponse } from '../context.ts';

/** From this size on an answer is compressed for who can read it so, as upstream's are. */
const worthIt = 128 * 1024;
const encodings = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** Whether an answer is an object large enough, and its reader says that it reads gzip. */
export function isToCompress(
  { 'accept-encoding': accepted = '' }: { readonly 'accept-encoding'?: string | string[] | undefined },
  { headers, body }: ServerResponse,
): boolean {
  if (body.type !== 'bytes' || headers['content-encoding'] !== undefined) return false;
  if (!encodings.includes(String(headers['content-type']).split(';')[0]!)) return false;
  const isAccepted = String(accepted)
    .split(',')
    .some((token) => token.trim() === 'gzip');
  return isAccepted && isLonger(body.pieces, worthIt);
}

function isLonger(pieces: Iterable<Uint8Array>, than: number): boolean {
  let size = 0;
  for (const piece of pieces) if ((size += piece.length) > than) return true;
  return false;
}

/** The answer in gzip, made off the event loop: quickly rather than small. */
export async function compressed({ status, headers, body }: ServerResponse): Promise<ServerResponse> {
  if (body.type !== 'bytes') throw new Error(`no bytes to compress but ${body.type}`);
  const zip = Readable.from(body.pieces, { objectMode: false }).pipe(createGzip({ level: 1 }));
  const pieces: Uint8Array[] = [];
  for await (const chunk of zip) pieces.push(chunk as Buffer);
  const vary = [headers['vary'] ?? [], 'Accept-Encoding'].flat().join(', ');
  return { status, headers: { ...headers, 'content-encoding': 'gzip', vary }, body: { type: 'bytes', pieces } };
}
