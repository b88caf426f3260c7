import type { Duplex } from 'node:stream';
import { arrivals } from './arrivals.ts';
import { controlFrame, dataHead, type Frame, frameType, readFrames, words } from './frames.ts';
import { HeaderReader, type SpdyHeaders, HeaderWriter } from './header-block.ts';
import { SpdyStream } from './stream.ts';

const protocolError = 1;
const refusedStream = 3;
const cancel = 5;
/** More streams at once than any client opens: each forwarded connection has two. */
const mostStreams = 4096;

export interface SpdySessionOptions {
  readonly side: 'client' | 'server';
  /** Takes a stream that the other side opened; without it such streams are refused. */
  readonly onStream?: (stream: SpdyStream) => void;
}

/**
 * A connection that carries many streams by SPDY/3.1, as kubectl before 1.31 and container runtimes speak it. The implementation
 * that those use knows no flow control: it neither sends window updates nor waits for them. So there is none here either; what
 * holds a fast side back is the connection itself, which isn't read while a stream's reader is too far behind.
 */
export class SpdySession {
  readonly #socket: Duplex;
  readonly #onStream: SpdySessionOptions['onStream'];
  readonly #writer = new HeaderWriter();
  readonly #reader = new HeaderReader();
  readonly #streams = new Map<number, SpdyStream>();
  readonly #opening = new Map<number, { stream: SpdyStream; done: (err?: Error) => void }>();
  #nextId: number;
  #lastHeard = 0;
  #isClosing = false;
  #heardGoAway = false;
  #isBroken = false;
  /** Resolves when the connection is over. */
  readonly ended: Promise<void>;

  constructor(socket: Duplex, { side, onStream }: SpdySessionOptions) {
    this.#socket = socket;
    this.#onStream = onStream;
    this.#nextId = side === 'client' ? 1 : 2;
    socket.on('error', () => {});
    // What had come before a connection broke is still handed over, whether there is room or not: there isn't more to come.
    socket.once('close', () => {
      this.#isBroken = !socket.readableEnded;
      if (this.#isBroken) for (const stream of this.#streams.values()) stream.waitNoLonger();
    });
    this.ended = this.#run();
  }

  /** Resolves when the other side has agreed to the stream. */
  open(headers: SpdyHeaders): Promise<SpdyStream> {
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = this.#stream(id, headers);
    return new Promise((resolve, reject) => {
      const done = (err?: Error) => {
        this.#opening.delete(id);
        if (err) reject(err);
        else resolve(stream);
      };
      this.#opening.set(id, { stream, done });
      if (!this.#socket.writable) return done(new Error('the connection is closed'));
      this.#socket.write(
        controlFrame(frameType.synStream, 0, words(id, 0), Buffer.alloc(2), this.#writer.write(headers)),
      );
    });
  }

  /** Says good-bye after what the streams have been given so far; the other side may finish. */
  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (!this.#socket.writable) return;
    this.#socket.end(controlFrame(frameType.goAway, 0, words(this.#lastHeard, 0)));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #run(): Promise<void> {
    try {
      for await (const frame of readFrames(arrivals(this.#socket))) {
        if (frame.type === 'data') await this.#receive(frame);
        else await this.#control(frame);
      }
    } catch {
      // A connection that broke, or speaks something else, is over like any other.
    }
    this.#socket.destroy();
    this.#reader.close();
    for (const { done } of this.#opening.values()) done(new Error('the connection is closed'));
    for (const stream of this.#streams.values()) stream.connectionEnded(this.#heardGoAway);
  }

  async #receive({ id, data, isLast }: Frame & { type: 'data' }): Promise<void> {
    const room = this.#streams.get(id)?.receive(data, isLast);
    if (room && !this.#isBroken) await room;
  }

  async #control({ code, id, isLast, body }: Frame & { type: 'control' }): Promise<void> {
    switch (code) {
      case frameType.synStream: {
        this.#accept(id, await this.#reader.read(body.subarray(6)), isLast);
        return;
      }
      case frameType.synReply: {
        await this.#reader.read(body);
        this.#opening.get(id)?.done();
        await this.#streams.get(id)?.receive(Buffer.alloc(0), isLast);
        return;
      }
      case frameType.headers:
        await this.#reader.read(body);
        return;
      case frameType.rstStream:
        this.#opening.get(id)?.done(new Error('the stream was refused'));
        this.#forget(id)?.wasReset();
        return;
      case frameType.goAway:
        this.#heardGoAway = true;
        return;
      case frameType.ping:
        // Ours are even or odd like our streams, and we send none.
        if (this.#socket.writable) this.#socket.write(controlFrame(frameType.ping, 0, words(id)));
    }
  }

  #accept(id: number, headers: SpdyHeaders, isLast: boolean): void {
    // Streams are numbered upwards: one that is open already, or was, isn't opened again, and goes on as it is.
    if (id <= this.#lastHeard) return this.#reset(id, protocolError);
    this.#lastHeard = id;
    if (!this.#onStream || this.#isClosing || this.#streams.size >= mostStreams) {
      return this.#reset(id, refusedStream);
    }
    const stream = this.#stream(id, headers);
    if (this.#socket.writable) {
      this.#socket.write(controlFrame(frameType.synReply, 0, words(id), this.#writer.write({})));
    }
    void stream.receive(Buffer.alloc(0), isLast);
    this.#onStream(stream);
  }

  #stream(id: number, headers: SpdyHeaders): SpdyStream {
    const stream = new SpdyStream(headers, {
      write: (data, isLast, done) => this.#write(id, { data, isLast, done }),
      reset: () => {
        if (this.#forget(id)) this.#reset(id, cancel);
      },
    });
    this.#streams.set(id, stream);
    stream.once('close', () => this.#streams.delete(id));
    return stream;
  }

  #write(id: number, o: { data: Buffer; isLast: boolean; done: (err?: Error | null) => void }): void {
    if (!this.#socket.writable) return o.done(new Error('the connection is closed'));
    if (!o.data.length) return void this.#socket.write(dataHead(id, 0, o.isLast), o.done);
    this.#socket.cork();
    this.#socket.write(dataHead(id, o.data.length, o.isLast));
    this.#socket.write(o.data, o.done);
    this.#socket.uncork();
  }

  #reset(id: number, status: number): void {
    if (this.#socket.writable) this.#socket.write(controlFrame(frameType.rstStream, 0, words(id, status)));
  }

  #forget(id: number): SpdyStream | undefined {
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    return stream;
  }
}
