import { RpcError } from './rpc-error.ts';

/** Each message travels behind a byte that says whether it is compressed, and four of its length. */
const headLength = 5;

export function framed(message: Uint8Array, most: number): Buffer {
  if (message.length > most) throw tooLarge('Sent', message.length, most);
  const frame = Buffer.allocUnsafe(headLength + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, headLength);
  return frame;
}

/** Puts the messages of a stream together again from the pieces in which they come. */
export class Unframed {
  readonly #most: number;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** The messages that are whole with this piece. */
  take(piece: Buffer): Buffer[] {
    this.#pieces.push(piece);
    this.#length += piece.length;
    const messages: Buffer[] = [];
    for (;;) {
      if (this.#length < headLength) return messages;
      const first = this.#pieces[0]!;
      if (first.length < headLength) {
        this.#join();
        continue;
      }
      if (first[0]) throw new RpcError('Internal', 'a compressed message, which nobody has asked for');
      const length = first.readUInt32BE(1);
      if (length > this.#most) throw tooLarge('Received', length, this.#most);
      const end = headLength + length;
      if (this.#length < end) return messages;
      if (first.length < end) {
        this.#join();
        continue;
      }
      messages.push(first.subarray(headLength, end));
      this.#length -= end;
      if (first.length === end) this.#pieces.shift();
      else this.#pieces[0] = first.subarray(end);
    }
  }

  #join(): void {
    this.#pieces = [Buffer.concat(this.#pieces, this.#length)];
  }
}

const tooLarge = (what: 'Sent' | 'Received', length: number, most: number): RpcError =>
  new RpcError('ResourceExhausted', `${what} message larger than max (${length} vs. ${most})`);
