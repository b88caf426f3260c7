import type { Output } from './output.ts';
import { Flag, FrameType, initialWindow, largestWindow, usualFrameSize } from './protocol.ts';

/** A stream that has something to send. */
export interface Waiting {
  /** Sends a frame. Answers whether it would send more if it might. */
  sendSome(): boolean;
}

/** The data that a connection sends: as much as its window takes, of one stream as of another. */
export class Sender {
  readonly #output: Output;
  #window = initialWindow;
  readonly #waiting = new Set<Waiting>();
  /** What streams that begin now may send before the client says more. */
  streamWindow = initialWindow;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Bytes that may be sent in one frame now. Longer ones than everybody reads would hold up the others of the connection. */
  get room(): number {
    return this.#output.isFull ? 0 : Math.min(this.#window, usualFrameSize);
  }

  /** No more than `room`. */
  data(stream: number, chunk: Uint8Array, from: number, to: number, isLast: boolean): void {
    this.#window -= to - from;
    this.#output.frame(FrameType.data, isLast ? Flag.endStream : 0, stream, chunk, from, to);
  }

  /** It goes on when there is room. */
  wait(stream: Waiting): void {
    this.#waiting.add(stream);
  }

  forget(stream: Waiting): void {
    this.#waiting.delete(stream);
  }

  /** The client reads so many more bytes. False where it can't mean that. */
  widen(bytes: number): boolean {
    if (this.#window + bytes > largestWindow) return false;
    this.#window += bytes;
    this.resume();
    return true;
  }

  /** Everybody who waits sends a frame, and another, while there is room. */
  resume(): void {
    for (const stream of this.#waiting) {
      if (this.room <= 0) return;
      // Who has more goes behind the others, and is met again.
      this.#waiting.delete(stream);
      if (stream.sendSome()) this.#waiting.add(stream);
    }
  }
}
