import type { FrameHead } from './frame-reader.ts';
import { limits } from './limits.ts';
import { ConnectionError, ErrorCode, Flag, FrameType, StreamError } from './protocol.ts';

/** The headers of a request, or its trailers, as they come: in one frame or several (RFC 9113 §4.3). */
export class HeaderBlock {
  readonly stream: number;
  /** Whether nothing comes behind it. */
  readonly isAll: boolean;
  /** Its place among streams, which nobody heeds, is no place (RFC 9113 §5.3.1 of old). */
  readonly dependsOnItself: boolean;
  #fragments: Buffer[] = [];
  #bytes = 0;
  #isWhole = false;

  /** Of a HEADERS frame. */
  constructor({ stream, flags }: FrameHead, payload: Buffer) {
    this.stream = stream;
    this.isAll = (flags & Flag.endStream) !== 0;
    let fragment = unpadded(flags, payload);
    this.dependsOnItself = false;
    if (flags & Flag.priority) {
      if (fragment.length < 5) throw new ConnectionError(ErrorCode.frameSize, 'headers that are cut off');
      this.dependsOnItself = (fragment.readUInt32BE(0) & 0x7fff_ffff) === stream;
      fragment = fragment.subarray(5);
    }
    this.#add(flags, fragment);
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  get bytes(): Buffer {
    return this.#fragments.length === 1 ? this.#fragments[0]! : Buffer.concat(this.#fragments, this.#bytes);
  }

  /** The next frame, which must be of this block. */
  continue({ type, flags, stream }: FrameHead, payload: Buffer): void {
    if (type !== FrameType.continuation || stream !== this.stream) {
      throw new ConnectionError(ErrorCode.protocol, 'another frame within headers');
    }
    this.#add(flags, payload);
  }

  #add(flags: number, fragment: Buffer): void {
    this.#fragments.push(fragment);
    this.#bytes += fragment.length;
    this.#isWhole = (flags & Flag.endHeaders) !== 0;
    if (this.#bytes > 2 * limits.headerList || this.#fragments.length > limits.continuations) {
      throw new ConnectionError(ErrorCode.enhanceYourCalm, 'headers without end');
    }
  }
}

/** A payload without what was put around it to hide its length (RFC 9113 §6.1). */
export function unpadded(flags: number, payload: Buffer): Buffer {
  if (!(flags & Flag.padded)) return payload;
  const end = payload.length - payload[0]!;
  if (!(end >= 1)) throw new ConnectionError(ErrorCode.protocol, 'more padding than payload');
  return payload.subarray(1, end);
}

/** Of a PRIORITY frame. Throws what is wrong with it. */
export function checkPriority({ stream }: FrameHead, payload: Buffer): void {
  if (stream === 0) throw new ConnectionError(ErrorCode.protocol, 'priority of no stream');
  if (payload.length !== 5) throw new StreamError(stream, ErrorCode.frameSize, 'a priority that is cut off');
  if ((payload.readUInt32BE(0) & 0x7fff_ffff) === stream) {
    throw new StreamError(stream, ErrorCode.protocol, 'a stream before itself');
  }
}
