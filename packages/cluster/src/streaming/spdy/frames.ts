/** SPDY/3.1's control frames, as far as anybody here speaks them. */
export const frameType = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7, headers: 8 } as const;

export type Frame =
  | { readonly type: 'data'; readonly id: number; readonly isLast: boolean; readonly data: Buffer }
  /** `body` is the frame without its stream's id, which is 0 in frames that have none. */
  | {
      readonly type: 'control';
      readonly code: number;
      readonly id: number;
      readonly isLast: boolean;
      readonly body: Buffer;
    };

const headerBytes = 8;
const lastFrame = 1;
const largestControlFrame = 64 * 1024;

/**
 * The frames of a connection. Data comes in the pieces in which it arrives, whatever its frames' lengths, so that a large frame
 * needs no more memory than a small one. Throws at what isn't SPDY/3.
 */
export async function* readFrames(connection: AsyncIterable<Buffer>): AsyncIterable<Frame> {
  let held: Buffer = Buffer.alloc(0);
  let open: { id: number; isLast: boolean; left: number } | undefined;
  for await (const chunk of connection) {
    held = held.length ? Buffer.concat([held, chunk]) : chunk;
    for (;;) {
      if (open) {
        if (open.left > 0 && held.length === 0) break;
        const data: Buffer = held.subarray(0, open.left);
        held = held.subarray(data.length);
        open.left -= data.length;
        const { id, left } = open;
        const isLast = open.isLast && left === 0;
        if (left === 0) open = undefined;
        yield { type: 'data', id, isLast, data };
        continue;
      }
      if (held.length < headerBytes) break;
      const word = held.readUInt32BE(0);
      const isLast = (held[4]! & lastFrame) !== 0;
      const length = held.readUInt32BE(4) & 0xffffff;
      if (word < 0x80000000) {
        open = { id: word, isLast, left: length };
        held = held.subarray(headerBytes);
        continue;
      }
      if (word >>> 16 !== 0x8003 || length > largestControlFrame) throw new Error('the peer does not speak SPDY/3.1');
      if (held.length < headerBytes + length) break;
      const content = held.subarray(headerBytes, headerBytes + length);
      held = held.subarray(headerBytes + length);
      const id = length >= 4 ? content.readUInt32BE(0) & 0x7fffffff : 0;
      yield { type: 'control', code: word & 0xffff, id, isLast, body: content.subarray(4) };
    }
  }
}

export function controlFrame(code: number, flags: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(headerBytes);
  head.writeUInt32BE((0x80030000 | code) >>> 0, 0);
  head.writeUInt32BE(((flags << 24) | body.length) >>> 0, 4);
  return Buffer.concat([head, body]);
}

/** The head of a data frame; its data follows. */
export function dataHead(id: number, length: number, isLast: boolean): Buffer {
  const head = Buffer.alloc(headerBytes);
  head.writeUInt32BE(id, 0);
  head.writeUInt32BE((((isLast ? lastFrame : 0) << 24) | length) >>> 0, 4);
  return head;
}

export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((v, i) => bytes.writeUInt32BE(v >>> 0, 4 * i));
  return bytes;
}
