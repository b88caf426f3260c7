import type { FrameHead } from './frame-reader.ts';
import { HeaderBlock, unpadded } from './header-block.ts';
import { HeaderDecoder } from './hpack/index.ts';
import { limits } from './limits.ts';
import { ConnectionError, ErrorCode, Flag, StreamError } from './protocol.ts';
import type { ReceiveWindow } from './receive-window.ts';
import { HeaderList } from './request-headers.ts';
import { ConnectionStream, type ServerStream, type StreamOwner } from './stream.ts';

export interface StreamsOptions {
  readonly owner: StreamOwner;
  /** What all may send together. */
  readonly window: ReceiveWindow;
  /** How many there may be at once. */
  readonly most: number;
  /** Throws when a client has done too much that is of no use. */
  readonly bear: () => void;
}

/** The streams of a connection, from what clients say of them. */
export class Streams {
  readonly #owner: StreamOwner;
  readonly #window: ReceiveWindow;
  readonly #most: number;
  readonly #bear: () => void;
  readonly #decoder = new HeaderDecoder();
  readonly #open = new Map<number, ConnectionStream>();
  /** Those that came with what is being read. */
  #begun: ConnectionStream[] = [];
  /** The latest, of those that we broke off: what their clients sent before they heard. */
  readonly #dropped = new Set<number>();
  #block: HeaderBlock | undefined;
  #last = 0;
  #isFinal = false;

  constructor({ owner, window, most, bear }: StreamsOptions) {
    this.#owner = owner;
    this.#window = window;
    this.#most = most;
    this.#bear = bear;
  }

  get size(): number {
    return this.#open.size;
  }

  /** The last that was begun. */
  get last(): number {
    return this.#last;
  }

  /** The headers of which only some have come: nothing else may come before the rest (RFC 9113 §4.3). */
  get block(): HeaderBlock | undefined {
    return this.#block;
  }

  /** Those that have begun since, but for those that are over already. */
  *takeBegun(): Iterable<ServerStream> {
    if (!this.#begun.length) return;
    const begun = this.#begun;
    this.#begun = [];
    for (const stream of begun) if (!stream.isClosed) yield stream;
  }

  /** Those that come from now on are for another connection. */
  refuseMore(): void {
    this.#isFinal = true;
  }

  forget(id: number): void {
    this.#open.delete(id);
  }

  /** We have broken it off. */
  drop(id: number): void {
    this.#dropped.add(id);
    if (this.#dropped.size > droppedKept) this.#dropped.delete(this.#dropped.values().next().value!);
  }

  over(id: number): void {
    this.#open.get(id)?.over();
  }

  end(): void {
    for (const stream of this.#open.values()) stream.over();
  }

  /** What the client lets each send has changed. */
  widenAll(bytes: number): void {
    for (const stream of this.#open.values()) {
      if (!stream.widened(bytes)) throw new ConnectionError(ErrorCode.flowControl, 'too wide a window');
    }
  }

  data({ stream: id, flags }: FrameHead, payload: Buffer): void {
    const stream = this.#open.get(id);
    if (!stream) this.#checkKnown(id);
    if (!this.#window.take(payload.length)) throw new ConnectionError(ErrorCode.flowControl, 'more than the window');
    const data = unpadded(flags, payload);
    if (!stream || stream.isAsked) return this.#lateData(id, payload.length);
    const isLast = (flags & Flag.endStream) !== 0;
    if (!data.length && !isLast) this.#bear();
    stream.receive(data, payload.length);
    if (isLast) stream.asked();
  }

  headers(head: FrameHead, payload: Buffer): void {
    if (head.stream % 2 === 0) throw new ConnectionError(ErrorCode.protocol, 'headers of no stream of a client');
    this.#headers(new HeaderBlock(head, payload));
  }

  continue(block: HeaderBlock, head: FrameHead, payload: Buffer): void {
    block.continue(head, payload);
    this.#headers(block);
  }

  widened({ stream: id }: FrameHead, bytes: number): void {
    const stream = this.#open.get(id);
    if (!stream) return this.#checkKnown(id);
    if (bytes === 0) throw new StreamError(id, ErrorCode.protocol, 'a window by nothing');
    if (!stream.widened(bytes)) throw new StreamError(id, ErrorCode.flowControl, 'too wide a window');
  }

  broken({ stream: id }: FrameHead, payload: Buffer): void {
    if (payload.length !== 4) throw new ConnectionError(ErrorCode.frameSize, 'a reset that is cut off');
    const stream = this.#open.get(id);
    if (!stream) return this.#checkKnown(id);
    // Who watched and has seen enough has done nothing useless.
    if (!stream.isAnswered) this.#bear();
    stream.over();
  }

  #headers(block: HeaderBlock): void {
    this.#block = block.isWhole ? undefined : block;
    if (!block.isWhole) return;
    const list = new HeaderList(limits.headerList);
    // Also of what nobody wants: it fills the table for what comes after it.
    this.#decoder.decode(block.bytes, list.add);
    const { stream: id } = block;
    const stream = this.#open.get(id);
    if (stream) this.#trailers(stream, block, list);
    else if (this.#isIdle(id)) this.#begin(block, list);
    else if (!this.#dropped.has(id))
      throw new ConnectionError(ErrorCode.streamClosed, 'headers of a stream that is over');
  }

  #begin({ stream: id, isAll, dependsOnItself }: HeaderBlock, list: HeaderList): void {
    if (this.#isFinal) return;
    this.#last = id;
    if (dependsOnItself) throw new StreamError(id, ErrorCode.protocol, 'a stream before itself');
    if (this.#open.size >= this.#most) throw new StreamError(id, ErrorCode.refusedStream, 'too many streams');
    if (list.isTooLarge) return this.#tooLarge(id, isAll);
    const problem = list.problem();
    if (problem !== undefined) throw new StreamError(id, ErrorCode.protocol, problem);
    const options = { id, owner: this.#owner, headers: list.headers, isAll, window: limits.streamWindow };
    const stream = new ConnectionStream(options);
    this.#open.set(id, stream);
    this.#begun.push(stream);
  }

  #trailers(stream: ConnectionStream, { isAll }: HeaderBlock, list: HeaderList): void {
    const { id } = stream;
    if (stream.isAsked) throw new StreamError(id, ErrorCode.streamClosed, 'headers of a stream that has ended');
    if (!isAll) throw new StreamError(id, ErrorCode.protocol, 'trailers that end nothing');
    const problem = list.problemOfTrailers();
    if (problem !== undefined) throw new StreamError(id, ErrorCode.protocol, problem);
    stream.asked();
  }

  /** As Go's server answers. */
  #tooLarge(id: number, isAll: boolean): void {
    this.#owner.head(id, 431, {}, true);
    if (!isAll) this.#owner.hearNoMore(id);
  }

  #lateData(id: number, bytes: number): void {
    this.#window.give(bytes);
    if (this.#dropped.has(id) || this.#isIdle(id)) return;
    throw new StreamError(id, ErrorCode.streamClosed, 'data of a stream that has ended');
  }

  #isIdle(id: number): boolean {
    return id % 2 === 1 && id > this.#last;
  }

  /** What may come late, of a stream that is over, is no news; of one that hasn't begun nothing can come. */
  #checkKnown(id: number): void {
    if (id % 2 === 0 || (this.#isIdle(id) && !this.#isFinal)) {
      throw new ConnectionError(ErrorCode.protocol, 'a frame of no stream');
    }
  }
}

/** So many streams that were broken off are remembered. */
const droppedKept = 256;
