/** What we let the other side send, of a stream or a connection (RFC 9113 §5.2). */
export class ReceiveWindow {
  readonly #size: number;
  readonly #widen: (bytes: number) => void;
  #left: number;
  #read = 0;

  /** `widen` tells the other side that it may send so much more. */
  constructor(size: number, widen: (bytes: number) => void) {
    this.#size = size;
    this.#left = size;
    this.#widen = widen;
  }

  /** So much has come. False if that was more than we had said. */
  take(bytes: number): boolean {
    this.#left -= bytes;
    return this.#left >= 0;
  }

  /** So much of it isn't kept any more. It is told when it is worth a frame. */
  give(bytes: number): void {
    this.#read += bytes;
    if (this.#read * 2 < this.#size) return;
    this.#left += this.#read;
    this.#widen(this.#read);
    this.#read = 0;
  }
}
