import { ConnectionError, ErrorCode, headBytes, preface, usualFrameSize } from './protocol.ts';

export interface FrameHead {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
}

/** Takes the preface and the frames out of what a client sends, however it is cut. */
export class FrameReader {
  readonly #onFrame: (head: FrameHead, payload: Buffer) => void;
  /** Bytes that are no whole frame yet. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** So many of them are. */
  #wanted = headBytes;
  #isGreeted = false;

  constructor(onFrame: (head: FrameHead, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** Whether the preface has come. */
  get isGreeted(): boolean {
    return this.#isGreeted;
  }

  /** Hands on all frames that are whole. Their payloads are parts of what was read. Throws `ConnectionError`. */
  read(chunk: Buffer): void {
    const bytes = this.#joined(chunk);
    if (!bytes) return;
    let at = 0;
    if (!this.#isGreeted) {
      this.#greet(bytes);
      if (!this.#isGreeted) return this.#hold(bytes, 0, preface.length);
      at = preface.length;
    }
    while (bytes.length - at >= headBytes) {
      const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
      if (length > usualFrameSize) throw new ConnectionError(ErrorCode.frameSize, `a frame of ${length} bytes`);
      const end = at + headBytes + length;
      if (end > bytes.length) return this.#hold(bytes, at, headBytes + length);
      const head = { type: bytes[at + 3]!, flags: bytes[at + 4]!, stream: bytes.readUInt32BE(at + 5) & 0x7fff_ffff };
      const payload = bytes.subarray(at + headBytes, end);
      at = end;
      this.#onFrame(head, payload);
    }
    this.#hold(bytes, at, headBytes);
  }

  /** Undefined while the next frame isn't whole. */
  #joined(chunk: Buffer): Buffer | undefined {
    if (!this.#heldBytes) return chunk;
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#wanted) return undefined;
    return Buffer.concat(this.#held, this.#heldBytes);
  }

  #hold(bytes: Buffer, at: number, wanted: number): void {
    this.#heldBytes = bytes.length - at;
    this.#held = this.#heldBytes ? [bytes.subarray(at)] : [];
    this.#wanted = wanted;
  }

  #greet(bytes: Buffer): void {
    const length = Math.min(bytes.length, preface.length);
    if (bytes.compare(preface, 0, length, 0, length) !== 0) {
      throw new ConnectionError(ErrorCode.protocol, 'not the preface of HTTP/2');
    }
    this.#isGreeted = length === preface.length;
  }
}
