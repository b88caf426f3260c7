import { largestWindow } from './protocol.ts';
import type { Sender, Waiting } from './sender.ts';

/** So many bytes of a stream wait before whoever writes them should wait, too. */
const enoughBytes = 16 * 1024;

interface Piece {
  readonly chunk: Uint8Array;
  /** So much of it has been sent. */
  at: number;
  readonly sent: (() => void) | undefined;
}

const nothing = new Uint8Array(0);

/** The body of an answer, at the pace of its reader (RFC 9113 §5.2). */
export class Outgoing implements Waiting {
  readonly #stream: number;
  readonly #sender: Sender;
  readonly #onEnd: () => void;
  #window: number;
  #queue: Piece[] = [];
  #queued = 0;
  #isEnding = false;
  #isOver = false;
  #onceRoom: (() => void)[] = [];

  /** `onEnd`: its last frame has been said. */
  constructor(stream: number, sender: Sender, onEnd: () => void) {
    this.#stream = stream;
    this.#sender = sender;
    this.#window = sender.streamWindow;
    this.#onEnd = onEnd;
  }

  /** Answers whether there is room for more. The chunk must not change until `sent` is called; it isn't if the stream breaks. */
  write(chunk: Uint8Array, sent?: () => void): boolean {
    if (this.#isOver || this.#isEnding) return true;
    const at = this.#queued ? 0 : this.#sendFrom(chunk, 0, false);
    if (at === chunk.length) sent?.();
    else this.#enqueue({ chunk, at, sent });
    return this.#queued < enoughBytes;
  }

  end(chunk: Uint8Array = nothing): void {
    if (this.#isOver || this.#isEnding) return;
    this.#isEnding = true;
    const at = this.#queued ? 0 : this.#sendFrom(chunk, 0, true);
    // The last piece that has bytes brings the end with it.
    if (at < chunk.length) this.#enqueue({ chunk, at, sent: undefined });
  }

  /** Calls once there is room again. */
  onceRoom(f: () => void): void {
    this.#onceRoom.push(f);
  }

  /** Nothing more is sent. */
  stop(): void {
    this.#isOver = true;
    this.#queue = [];
    this.#queued = 0;
    this.#onceRoom = [];
    this.#sender.forget(this);
  }

  /** The client reads so many more bytes, or fewer. False where it can't mean that. */
  widen(bytes: number): boolean {
    if (this.#window + bytes > largestWindow) return false;
    this.#window += bytes;
    if (this.#queued && this.#window > 0) {
      this.#sender.wait(this);
      this.#sender.resume();
    }
    return true;
  }

  sendSome(): boolean {
    const piece = this.#queue[0];
    if (!piece) return false;
    const isLast = this.#isEnding && this.#queue.length === 1;
    const before = piece.at;
    piece.at = this.#sendFrame(piece.chunk, before, isLast);
    this.#queued -= piece.at - before;
    if (this.#isOver) return false;
    if (piece.at === piece.chunk.length && !isLast) {
      this.#queue.shift();
      piece.sent?.();
    }
    if (this.#queued < enoughBytes && this.#onceRoom.length) this.#tellRoom();
    return this.#queue.length > 0 && this.#window > 0;
  }

  /** Sends what may be sent, and answers how far that is. */
  #sendFrom(chunk: Uint8Array, from: number, isLast: boolean): number {
    let at = from;
    for (;;) {
      const next = this.#sendFrame(chunk, at, isLast);
      if (next === at || next === chunk.length) return next;
      at = next;
    }
  }

  /** The end of a body needs no window. */
  #sendFrame(chunk: Uint8Array, from: number, isLast: boolean): number {
    const to = Math.min(chunk.length, from + Math.max(0, Math.min(this.#window, this.#sender.room)));
    const ends = isLast && to === chunk.length;
    if (to === from && !ends) return from;
    this.#window -= to - from;
    this.#sender.data(this.#stream, chunk, from, to, ends);
    if (ends) {
      this.#isOver = true;
      this.#onEnd();
    }
    return to;
  }

  #enqueue(piece: Piece): void {
    this.#queue.push(piece);
    this.#queued += piece.chunk.length - piece.at;
    if (this.#window > 0) this.#sender.wait(this);
  }

  #tellRoom(): void {
    const waiting = this.#onceRoom;
    this.#onceRoom = [];
    for (const f of waiting) f();
  }
}
