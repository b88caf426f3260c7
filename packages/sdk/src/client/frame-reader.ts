import { deepFreeze } from '../machinery/index.ts';
import type { WatchFrame } from './transport.ts';

/** A line longer than this is no frame of an API server: objects are at most 1.5 MiB. */
const longestFrame = 32 * 1024 * 1024;

/** The frames of a watch out of its bytes: one JSON object a line, cut anywhere. */
export async function* readFrames(bytes: AsyncIterable<Uint8Array>): AsyncIterable<WatchFrame> {
  let rest: Buffer[] = [];
  let length = 0;
  for await (const piece of bytes) {
    let chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10)) {
      const line = rest.length ? Buffer.concat([...rest, chunk.subarray(0, end)]) : chunk.subarray(0, end);
      rest = [];
      length = 0;
      chunk = chunk.subarray(end + 1);
      if (line.length > 0) yield deepFreeze(JSON.parse(line.toString('utf8')) as WatchFrame);
    }
    if (chunk.length === 0) continue;
    rest.push(chunk);
    length += chunk.length;
    if (length > longestFrame) throw new Error('a frame of the watch is too long');
  }
}
