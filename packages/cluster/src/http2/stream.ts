import type { Duplex } from 'node:stream';
import { Outgoing } from './outgoing.ts';
import { ErrorCode, StreamError } from './protocol.ts';
import { ReceiveWindow } from './receive-window.ts';
import { IncomingBody, noBody, type RequestBody } from './request-body.ts';
import type { RequestHeaders } from './request-headers.ts';
import type { Sender } from './sender.ts';

/** What may stand in an answer's headers: lower-case names. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[]>>;

/** A request and its answer. */
export interface ServerStream {
  readonly headers: RequestHeaders;
  readonly body: RequestBody;
  /** What the request came through. */
  readonly socket: Duplex;
  readonly isClosed: boolean;
  /** Called once, when all has been said or one of both sides gave up. */
  onClosed: () => void;
  /** An interim answer, such as 100. */
  inform(status: number): void;
  /** Begins the answer, or is all of it. Nothing happens once the stream is closed, which holds for all that follows. */
  respond(status: number, headers: ResponseHeaders, isAll?: boolean): void;
  /** Answers whether there is room for more. The chunk must not change until `sent` is called, which it isn't if the client goes. */
  write(chunk: Uint8Array, sent?: () => void): boolean;
  onceRoom(f: () => void): void;
  end(chunk?: Uint8Array): void;
  /** Breaks off. */
  fail(): void;
  /** Asks the client to find another connection for what it asks next. */
  moveOn(): void;
}

/** The connection that a stream is of. */
export interface StreamOwner {
  readonly socket: Duplex;
  readonly sender: Sender;
  head(stream: number, status: number, headers: ResponseHeaders, isAll: boolean): void;
  reset(stream: number, code: ErrorCode): void;
  /** It has been answered; what is left of the request is of no use. */
  hearNoMore(stream: number): void;
  /** Of a stream that may send more, or of all. */
  widen(stream: number, bytes: number): void;
  /** So much of what a stream got isn't kept any more. */
  read(bytes: number): void;
  closed(stream: number): void;
  goAway(): void;
}

export interface StreamOptions {
  readonly id: number;
  readonly owner: StreamOwner;
  readonly headers: RequestHeaders;
  /** Whether the request ended with its headers. */
  readonly isAll: boolean;
  /** Bytes of a body that may come before they are read. */
  readonly window: number;
}

/** One of a connection's streams (RFC 9113 §5.1). */
export class ConnectionStream implements ServerStream {
  readonly id: number;
  readonly headers: RequestHeaders;
  readonly body: RequestBody;
  onClosed: () => void = nothing;
  /** Bytes of its body that are still to come, where that was said. */
  #left: number | undefined;
  readonly #owner: StreamOwner;
  readonly #incoming: IncomingBody | undefined;
  readonly #window: ReceiveWindow | undefined;
  readonly #outgoing: Outgoing;
  #isAsked: boolean;
  #isAnswered = false;
  #isClosed = false;

  constructor({ id, owner, headers, isAll, window }: StreamOptions) {
    this.id = id;
    this.headers = headers;
    this.#owner = owner;
    this.#isAsked = isAll;
    this.#outgoing = new Outgoing(id, owner.sender, this.#answered);
    const length = headers['content-length'];
    if (length !== undefined) this.#left = lengthOf(length, id);
    if (isAll) {
      this.body = noBody;
      this.#complete();
      return;
    }
    this.#window = new ReceiveWindow(window, (bytes) => {
      if (!this.#isAsked) owner.widen(id, bytes);
    });
    this.body = this.#incoming = new IncomingBody(this.#read);
  }

  get socket(): Duplex {
    return this.#owner.socket;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether the request has come to its end. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** Whether the answer has begun. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  inform(status: number): void {
    if (!this.#isClosed && !this.#isAnswered) this.#owner.head(this.id, status, {}, false);
  }

  respond(status: number, headers: ResponseHeaders, isAll = false): void {
    if (this.#isClosed || this.#isAnswered) return;
    this.#isAnswered = true;
    this.#owner.head(this.id, status, headers, isAll);
    if (isAll) this.#answered();
  }

  write(chunk: Uint8Array, sent?: () => void): boolean {
    return this.#outgoing.write(chunk, sent);
  }

  onceRoom(f: () => void): void {
    this.#outgoing.onceRoom(f);
  }

  end(chunk?: Uint8Array): void {
    this.#outgoing.end(chunk);
  }

  fail(): void {
    if (this.#isClosed) return;
    this.#owner.reset(this.id, this.#isAnswered ? ErrorCode.cancel : ErrorCode.internal);
    this.over();
  }

  moveOn(): void {
    this.#owner.goAway();
  }

  /** A part of the body, which counts for `bytes` with its padding. Throws `StreamError`. */
  receive(chunk: Buffer, bytes: number): void {
    const problem = this.#problemOf(chunk, bytes);
    if (problem) {
      this.#owner.read(bytes);
      throw problem;
    }
    if (chunk.length < bytes) this.#read(bytes - chunk.length);
    if (chunk.length) this.#incoming!.data(chunk);
  }

  /** The request is whole. Throws `StreamError`. */
  asked(): void {
    this.#isAsked = true;
    this.#complete();
    this.#incoming!.end();
  }

  /** The client reads more, or less. False where it can't mean that. */
  widened(bytes: number): boolean {
    return this.#outgoing.widen(bytes);
  }

  /** Nothing more is said, and nobody listens. */
  over(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#outgoing.stop();
    this.#owner.closed(this.id);
    this.#incoming?.stop();
    this.onClosed();
    this.onClosed = nothing;
  }

  readonly #answered = (): void => {
    if (!this.#isAsked) this.#owner.hearNoMore(this.id);
    this.over();
  };

  readonly #read = (bytes: number): void => {
    this.#owner.read(bytes);
    if (!this.#isClosed) this.#window!.give(bytes);
  };

  #problemOf(chunk: Buffer, bytes: number): StreamError | undefined {
    if (!this.#window!.take(bytes)) return new StreamError(this.id, ErrorCode.flowControl, 'more than the window');
    if (this.#left !== undefined && (this.#left -= chunk.length) < 0) return this.#wrongLength();
    return undefined;
  }

  #complete(): void {
    if (this.#left) throw this.#wrongLength();
  }

  #wrongLength(): StreamError {
    return new StreamError(this.id, ErrorCode.protocol, 'a body of another length than its content-length');
  }
}

function lengthOf(text: string, stream: number): number {
  if (!/^\d{1,15}$/.test(text)) throw new StreamError(stream, ErrorCode.protocol, 'a content-length that is none');
  return Number(text);
}

const nothing = (): void => {};
