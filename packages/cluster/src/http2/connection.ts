import type { Duplex } from 'node:stream';
import type { Clock } from '@tiphys/sdk/runtime';
import { type FrameHead, FrameReader } from './frame-reader.ts';
import { checkPriority } from './header-block.ts';
import { CompressionError, HeaderEncoder } from './hpack/index.ts';
import { limits, Patience } from './limits.ts';
import { Output } from './output.ts';
import {
  ConnectionError,
  ErrorCode,
  Flag,
  FrameType,
  initialWindow,
  Setting,
  StreamError,
  usualFrameSize,
} from './protocol.ts';
import { ReceiveWindow } from './receive-window.ts';
import { Sender } from './sender.ts';
import { readSettings, settingsPayload } from './settings.ts';
import type { ResponseHeaders, ServerStream, StreamOwner } from './stream.ts';
import { Streams } from './streams.ts';

export interface ConnectionOptions {
  readonly clock: Clock;
  /** A request has come: its headers, and maybe some of its body. It must not throw. */
  readonly onStream: (stream: ServerStream) => void;
  /** How many requests may be under way at once, unless told 4,096. */
  readonly maxStreams?: number | undefined;
}

/** One client's connection (RFC 9113). It ends with the socket, whose errors are for others to hear of. */
export class Connection implements StreamOwner {
  readonly socket: Duplex;
  readonly sender: Sender;
  readonly #clock: Clock;
  readonly #onStream: (stream: ServerStream) => void;
  readonly #output: Output;
  readonly #reader = new FrameReader((head, payload) => this.#frame(head, payload));
  readonly #encoder = new HeaderEncoder();
  readonly #window: ReceiveWindow;
  readonly #patience: Patience;
  readonly #streams: Streams;
  #hasSettings = false;
  /** `asked`: the client shall go. `told`: what it has asked until now is answered, and no more. */
  #parting: 'no' | 'asked' | 'told' = 'no';
  #isOver = false;
  #cancelTimer: () => void;

  constructor(socket: Duplex, { clock, onStream, maxStreams = limits.streams }: ConnectionOptions) {
    this.socket = socket;
    this.#clock = clock;
    this.#onStream = onStream;
    this.#patience = new Patience(clock);
    this.#output = new Output(socket, clock, () => this.#hasRoom());
    this.sender = new Sender(this.#output);
    this.#window = new ReceiveWindow(limits.connectionWindow, (bytes) => this.widen(0, bytes));
    const bear = () => this.#bear();
    this.#streams = new Streams({ owner: this, window: this.#window, most: maxStreams, bear });
    this.#greet(maxStreams);
    this.#cancelTimer = clock.after(limits.greetingMs, () => this.#fail(ErrorCode.protocol));
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.once('end', () => {
      this.#end();
      socket.end();
    });
    socket.once('close', () => this.#end());
  }

  /** Asks the client to go, which it may do with the answers to what it has asked. */
  goAway(): void {
    if (this.#isOver || this.#parting !== 'no') return;
    this.#parting = 'asked';
    // It may ask for more before it hears of this; once it has answered, it has heard.
    this.#sayGoAway(0x7fff_ffff, ErrorCode.none);
    this.#output.frame(FrameType.ping, 0, 0, parting);
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(limits.partingMs, () => this.#part());
  }

  /** Resolves when everything that was said has been sent, or can't be. */
  sent(): Promise<void> {
    return this.#output.sent();
  }

  head(stream: number, status: number, headers: ResponseHeaders, isAll: boolean): void {
    const block = this.#encoder.encode(status, headers);
    const size = usualFrameSize;
    const flags = isAll ? Flag.endStream : 0;
    this.#holdBack();
    if (block.length <= size) return this.#output.frame(FrameType.headers, flags | Flag.endHeaders, stream, block);
    this.#output.frame(FrameType.headers, flags, stream, block, 0, size);
    for (let at = size; at < block.length; at += size) {
      const to = Math.min(at + size, block.length);
      const isLast = to === block.length;
      this.#output.frame(FrameType.continuation, isLast ? Flag.endHeaders : 0, stream, block, at, to);
    }
  }

  reset(stream: number, code: ErrorCode): void {
    if (this.#isOver) return;
    this.#streams.drop(stream);
    this.#output.frame(FrameType.resetStream, 0, stream, fourBytes(code));
  }

  /**
   * The client is told to stop (RFC 9113 §8.1), but not before it has had time to read the answer and do so by itself: some forget
   * the answer over being told.
   */
  hearNoMore(stream: number): void {
    this.#streams.drop(stream);
    this.#clock.after(limits.readingMs, () => this.reset(stream, ErrorCode.none));
  }

  widen(stream: number, bytes: number): void {
    if (!this.#isOver) this.#output.frame(FrameType.windowUpdate, 0, stream, fourBytes(bytes));
  }

  read(bytes: number): void {
    this.#window.give(bytes);
  }

  closed(stream: number): void {
    this.#streams.forget(stream);
    this.#endIfDone();
  }

  #greet(maxConcurrentStreams: number): void {
    const { headerList: maxHeaderListSize, streamWindow: initialWindowSize, connectionWindow } = limits;
    const mine = { maxConcurrentStreams, initialWindowSize, maxHeaderListSize };
    this.#output.frame(FrameType.settings, 0, 0, settingsPayload(mine));
    this.widen(0, connectionWindow - initialWindow);
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#reader.read(chunk);
    } catch (err) {
      if (err instanceof ConnectionError) return this.#fail(err.code);
      if (err instanceof CompressionError) return this.#fail(ErrorCode.compression);
      // A mistake of ours is told, and costs this client its connection, not everybody theirs.
      process.emitWarning(err as Error);
      return this.#fail(ErrorCode.internal);
    }
    // Most bodies have come by now, and who gave up at once asks for nothing.
    for (const stream of this.#streams.takeBegun()) this.#onStream(stream);
    this.#holdBack();
  }

  #frame(head: FrameHead, payload: Buffer): void {
    if (this.#isOver) return;
    try {
      const { block } = this.#streams;
      if (block) this.#streams.continue(block, head, payload);
      else this.#dispatch(head, payload);
    } catch (err) {
      if (!(err instanceof StreamError)) throw err;
      this.reset(err.stream, err.code);
      this.#streams.over(err.stream);
      // Who makes us reset what it asked for is no better than who does so itself.
      if (err.code !== ErrorCode.refusedStream) this.#bear();
    }
  }

  #dispatch(head: FrameHead, payload: Buffer): void {
    if (!this.#hasSettings && head.type !== FrameType.settings) {
      throw new ConnectionError(ErrorCode.protocol, 'something before the settings');
    }
    switch (head.type) {
      case FrameType.data:
        return this.#streams.data(head, payload);
      case FrameType.headers:
        return this.#streams.headers(head, payload);
      case FrameType.windowUpdate:
        return this.#widened(head, payload);
      case FrameType.resetStream:
        return this.#streams.broken(head, payload);
      case FrameType.settings:
        return this.#settings(head, payload);
      case FrameType.ping:
        return this.#ping(head, payload);
      case FrameType.goAway:
        if (head.stream !== 0) throw new ConnectionError(ErrorCode.protocol, 'a stream goes away');
        if (payload.length < 8) throw new ConnectionError(ErrorCode.frameSize, 'a farewell that is cut off');
        return;
      case FrameType.priority:
        this.#bear();
        return checkPriority(head, payload);
      case FrameType.continuation:
      case FrameType.pushPromise:
        throw new ConnectionError(ErrorCode.protocol, `a frame of type ${head.type} from a client`);
      default:
        // Of extensions that we don't know (RFC 9113 §5.5).
        return this.#bear();
    }
  }

  #widened(head: FrameHead, payload: Buffer): void {
    if (payload.length !== 4) throw new ConnectionError(ErrorCode.frameSize, 'a window that is cut off');
    const bytes = payload.readUInt32BE(0) & 0x7fff_ffff;
    if (head.stream !== 0) return this.#streams.widened(head, bytes);
    if (bytes === 0) throw new ConnectionError(ErrorCode.protocol, 'a window by nothing');
    if (!this.sender.widen(bytes)) throw new ConnectionError(ErrorCode.flowControl, 'too wide a window');
  }

  #settings({ stream, flags }: FrameHead, payload: Buffer): void {
    if (stream !== 0) throw new ConnectionError(ErrorCode.protocol, 'settings of a stream');
    if (flags & Flag.ack) {
      if (payload.length) throw new ConnectionError(ErrorCode.frameSize, 'settings in an acknowledgement');
      return;
    }
    if (this.#hasSettings) this.#bear();
    else if (this.#parting === 'no') this.#cancelTimer();
    this.#hasSettings = true;
    const settings = readSettings(payload);
    // Before what they let go on: until it hears of this, the client counts by what it said before.
    this.#output.frame(FrameType.settings, Flag.ack, 0, nothing);
    for (const [setting, value] of settings) this.#set(setting, value);
  }

  #set(setting: number, value: number): void {
    if (setting === Setting.headerTableSize) this.#encoder.resize(value);
    else if (setting === Setting.initialWindowSize) {
      const more = value - this.sender.streamWindow;
      this.sender.streamWindow = value;
      this.#streams.widenAll(more);
    }
  }

  #ping({ stream, flags }: FrameHead, payload: Buffer): void {
    if (stream !== 0) throw new ConnectionError(ErrorCode.protocol, 'a ping of a stream');
    if (payload.length !== 8) throw new ConnectionError(ErrorCode.frameSize, 'a ping that is cut off');
    if (flags & Flag.ack) {
      if (this.#parting === 'asked' && payload.equals(parting)) this.#part();
      return;
    }
    this.#bear();
    this.#output.frame(FrameType.ping, Flag.ack, 0, payload);
  }

  #bear(): void {
    if (!this.#patience.bear()) throw new ConnectionError(ErrorCode.enhanceYourCalm, 'too many useless frames');
  }

  /** What a client makes us say must not pile up: who doesn't read isn't read from, either. */
  #holdBack(): void {
    if (this.#output.pending > limits.unread && this.#output.isFull) this.socket.pause();
  }

  #hasRoom(): void {
    if (this.socket.isPaused()) this.socket.resume();
    this.sender.resume();
  }

  #sayGoAway(last: number, code: ErrorCode): void {
    this.#output.frame(FrameType.goAway, 0, 0, Buffer.concat([fourBytes(last), fourBytes(code)]));
  }

  #part(): void {
    if (this.#isOver || this.#parting === 'told') return;
    this.#parting = 'told';
    this.#streams.refuseMore();
    this.#cancelTimer();
    this.#sayGoAway(this.#streams.last, ErrorCode.none);
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#parting === 'told' && !this.#isOver && !this.#streams.size) this.#hangUp();
  }

  #fail(code: ErrorCode): void {
    if (this.#isOver) return;
    this.#sayGoAway(this.#streams.last, code);
    this.#hangUp();
  }

  #hangUp(): void {
    const { socket } = this;
    this.#end();
    this.#output.end();
    const cancel = this.#clock.after(limits.partingMs, () => socket.destroy());
    socket.once('close', cancel);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimer();
    this.#streams.end();
  }
}

/** What a ping carries that asks whether a farewell was heard. */
const parting = Buffer.from('farewell');
const nothing = Buffer.alloc(0);

function fourBytes(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
