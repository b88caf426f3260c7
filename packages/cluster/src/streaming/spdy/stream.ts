import { Duplex } from 'node:stream';
import type { SpdyHeaders } from './header-block.ts';

/** A reader may be this far behind before the whole connection waits for it. */
const readAhead = 256 * 1024;

/** What a stream asks of its session. */
export interface StreamPeer {
  /** `done` is called when the connection has taken the bytes. */
  write(data: Buffer, isLast: boolean, done: (err?: Error | null) => void): void;
  reset(): void;
}

/** One of the streams of a SPDY connection. */
export class SpdyStream extends Duplex {
  readonly headers: SpdyHeaders;
  readonly #peer: StreamPeer;
  #heardLast = false;
  #isReset = false;
  #hasRoom: (() => void) | undefined;

  constructor(headers: SpdyHeaders, peer: StreamPeer) {
    super({ allowHalfOpen: true, readableHighWaterMark: readAhead });
    this.headers = headers;
    this.#peer = peer;
    // Whoever uses the stream hears of it there; a stream that nobody uses any more may break unheard.
    this.on('error', () => {});
  }

  /** Hands over what came; the promise, if any, resolves when there is room again. */
  receive(data: Buffer, isLast: boolean): Promise<void> | undefined {
    if (this.#heardLast || this.destroyed) return undefined;
    const hasRoom = data.length === 0 || this.push(data);
    if (isLast) {
      this.#heardLast = true;
      this.push(null);
    }
    if (hasRoom || isLast) return undefined;
    return new Promise((resolve) => (this.#hasRoom = resolve));
  }

  /** Servers don't end their streams one by one when they say good-bye, so an orderly end of the connection ends them all. */
  connectionEnded(isOrderly: boolean): void {
    if (this.#heardLast) return;
    if (isOrderly) void this.receive(Buffer.alloc(0), true);
    else this.destroy();
  }

  /** Go's servers say good-bye so, after what they had to say: what came before still counts, what is written goes nowhere. */
  wasReset(): void {
    this.#isReset = true;
    void this.receive(Buffer.alloc(0), true);
    this.end();
  }

  /** Whoever waits for room waits no longer. */
  waitNoLonger(): void {
    this.#hasRoom?.();
    this.#hasRoom = undefined;
  }

  override _read(): void {
    this.waitNoLonger();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (err?: Error | null) => void): void {
    if (this.#isReset) done();
    else this.#peer.write(chunk, false, done);
  }

  override _final(done: (err?: Error | null) => void): void {
    if (this.#isReset) done();
    else this.#peer.write(Buffer.alloc(0), true, done);
  }

  override _destroy(err: Error | null, done: (err?: Error | null) => void): void {
    this.waitNoLonger();
    if (!this.#heardLast || !this.writableFinished) this.#peer.reset();
    done(err);
  }
}
