import type { ServerResponse } from '../context.ts';

/** Go's buffers: what fits is told by its length, what doesn't goes out as it comes. */
export const longestTold = { http1: 2048, http2: 4096 } as const;

/** The length that an answer is told to have; nothing where it isn't told, or its headers say it already. */
export function toldLength(
  { status, headers, body }: ServerResponse,
  { isHead, most }: { readonly isHead: boolean; readonly most: number },
): number | undefined {
  if (status < 200 || status === 204 || status === 304 || headers['content-length'] !== undefined) return undefined;
  const length = lengthOf(body, most);
  return length === 0 && isHead ? undefined : length;
}

function lengthOf(body: ServerResponse['body'], most: number): number | undefined {
  if (body.type === 'none') return 0;
  if (body.type !== 'bytes') return undefined;
  let length = 0;
  for (const piece of body.pieces) if ((length += piece.length) > most) return undefined;
  return length;
}
