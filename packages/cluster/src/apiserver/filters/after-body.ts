import type { Body, ServerRequest, ServerResponse } from '../context.ts';
import { onceOver } from '../once-over.ts';

type Streaming = Extract<Body, { type: 'stream' | 'frames' }>;

export const streams = ({ type }: Body): boolean => type === 'stream' || type === 'frames';

/** The answer again, which tells once when its body, a stream, has ended or been given up. */
export function afterBody(request: ServerRequest, response: ServerResponse, ended: () => void): ServerResponse {
  let over = false;
  let forget = () => {};
  const end = () => {
    if (over) return;
    over = true;
    forget();
    ended();
  };
  // A client that is gone before the first byte never reads to the end.
  forget = onceOver(request, end);
  // Within the process nobody tells when it is over but the body itself.
  return request.objects ? { ...response, body: followed(response.body as Streaming, end) } : response;
}

function followed(body: Streaming, ended: () => void): Streaming {
  return body.type === 'stream'
    ? { ...body, chunks: untilEnd(body.chunks, ended) }
    : { ...body, frames: untilEnd(body.frames, ended) };
}

async function* untilEnd<T>(source: AsyncIterable<T>, ended: () => void): AsyncIterable<T> {
  try {
    yield* source;
  } finally {
    ended();
  }
}
