import type { Writable } from 'node:stream';
import type { Clock } from '@tiphys/sdk/runtime';
import { giveBlock, largestBlock, takeBlock } from './blocks.ts';
import { headBytes } from './protocol.ts';

/** So many bytes may wait for a client to read them before its streams wait, too. */
const fullBytes = 256 * 1024;

const nothing = Buffer.alloc(0);

/** What a connection sends: frames are gathered for a turn of the event loop, and go out as one piece. */
export class Output {
  readonly #socket: Writable;
  readonly #clock: Clock;
  /** Told when there is room again after `isFull`. */
  readonly #onRoom: () => void;
  #block: Buffer | undefined;
  #at = 0;
  /** Bytes that the socket has been given and hasn't sent. */
  #given = 0;
  /** What was sent last: as much is expected of the next turn. */
  #usual = 0;
  #isDue = false;
  #wasFull = false;
  #whenSent: (() => void)[] = [];

  constructor(socket: Writable, clock: Clock, onRoom: () => void) {
    this.#socket = socket;
    this.#clock = clock;
    this.#onRoom = onRoom;
  }

  /** Whether nothing should be added but what must. `onRoom` is called when that has changed. */
  get isFull(): boolean {
    if (this.#given + this.#at < fullBytes) return false;
    this.#wasFull = true;
    return true;
  }

  /** Bytes that wait. */
  get pending(): number {
    return this.#given + this.#at;
  }

  /** A frame, whose payload is copied. */
  frame(
    type: number,
    flags: number,
    stream: number,
    payload: Uint8Array = nothing,
    from = 0,
    to = payload.length,
  ): void {
    const length = to - from;
    const block = this.#room(headBytes + length);
    let at = this.#at;
    block[at++] = length >>> 16;
    block[at++] = length >>> 8;
    block[at++] = length;
    block[at++] = type;
    block[at++] = flags;
    block[at++] = stream >>> 24;
    block[at++] = stream >>> 16;
    block[at++] = stream >>> 8;
    block[at++] = stream;
    if (length) block.set(from === 0 && to === payload.length ? payload : payload.subarray(from, to), at);
    this.#at = at + length;
  }

  /** Resolves when all that was said has been handed to the system, or can't be. */
  async sent(): Promise<void> {
    this.#flush();
    if (this.#given) await new Promise<void>((resolve) => this.#whenSent.push(resolve));
  }

  /** Sends what there is, and that no more comes. */
  end(): void {
    this.#flush();
    this.#socket.end();
  }

  #room(bytes: number): Buffer {
    if (!this.#isDue) {
      this.#isDue = true;
      void this.#clock.yield().then(this.#flushed);
    }
    let block = this.#block;
    if (block && this.#at + bytes <= block.length) return block;
    // A block that may grow is short enough for any frame to fit into the largest beside what it holds.
    if (block && block.length < largestBlock) {
      const larger = takeBlock(this.#at + bytes);
      larger.set(block.subarray(0, this.#at));
      giveBlock(block);
      return (this.#block = larger);
    }
    if (block) this.#write(block);
    block = takeBlock(Math.max(bytes, this.#usual));
    return (this.#block = block);
  }

  readonly #flushed = (): void => {
    this.#isDue = false;
    this.#flush();
  };

  #flush(): void {
    if (this.#block) this.#write(this.#block);
  }

  #write(block: Buffer): void {
    const bytes = this.#at;
    this.#block = undefined;
    this.#at = 0;
    this.#usual = bytes;
    this.#given += bytes;
    this.#socket.write(block.subarray(0, bytes), () => {
      giveBlock(block);
      this.#given -= bytes;
      if (this.#given === 0) this.#tellSent();
      if (this.#wasFull && !this.isFull) {
        this.#wasFull = false;
        this.#onRoom();
      }
    });
  }

  #tellSent(): void {
    const waiting = this.#whenSent;
    if (!waiting.length) return;
    this.#whenSent = [];
    for (const f of waiting) f();
  }
}
