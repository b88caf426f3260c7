import { createHash, randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Receiver, Sender } from './ws-codec.ts';

/** Upstream's servers take messages up to this size from their clients. */
const largestMessage = 32 * 1024 * 1024;
const normalClosure = 1000;

export interface WebSocketMessage {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/**
 * A connection whose two sides have agreed to speak WebSocket (RFC 6455). It may be a socket or a pipe in memory. Both ways have
 * back-pressure: bytes are read as messages are asked for, and `send` resolves when the connection has taken the message.
 */
export class WebSocketConnection {
  readonly #socket: Duplex;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #mask: boolean;
  #received: WebSocketMessage[] = [];
  #isClosed = false;
  #heardClose = false;

  constructor(socket: Duplex, side: 'client' | 'server') {
    this.#socket = socket;
    this.#mask = side === 'client';
    this.#sender = new Sender(socket);
    this.#receiver = new Receiver({ isServer: side === 'server', maxPayload: largestMessage });
    this.#receiver.on('message', (data, isBinary) => void this.#received.push({ data, isBinary }));
    this.#receiver.on('ping', (data) => {
      if (!this.#isClosed) this.#sender.pong(data, this.#mask);
    });
    this.#receiver.on('conclude', () => (this.#heardClose = true));
    // The write that failed is told by its callback.
    this.#receiver.on('error', () => {});
    // Whoever reads or writes next hears of it.
    socket.on('error', () => {});
  }

  /** What the other side sends, until it closes or the connection breaks. To be called once. */
  async *messages(): AsyncIterable<WebSocketMessage> {
    try {
      for await (const chunk of this.#socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        const isSound = await this.#decode(chunk);
        const messages = this.#received;
        this.#received = [];
        yield* messages;
        if (!isSound) return this.close(1002);
        if (this.#heardClose) return this.close();
      }
    } catch {
      // A connection that broke is one that ended.
    }
  }

  /** Resolves when the connection has room again; a connection that is gone swallows what is sent. */
  send(data: Uint8Array | string): Promise<void> {
    if (this.#isClosed || !this.#socket.writable) return Promise.resolve();
    const options = { fin: true, binary: typeof data !== 'string', compress: false, mask: this.#mask } as const;
    return new Promise((resolve) => this.#sender.send(data, options, () => resolve()));
  }

  ping(): void {
    if (!this.#isClosed && this.#socket.writable) this.#sender.ping(Buffer.alloc(0), this.#mask);
  }

  /** Says good-bye; what was sent before still arrives. */
  close(code = normalClosure, reason = ''): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.#socket.writable) return void this.#socket.destroy();
    this.#sender.close(code, reason, this.#mask);
    this.#socket.end();
  }

  destroy(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #decode(chunk: Buffer): Promise<boolean> {
    return new Promise((resolve) => this.#receiver.write(chunk, (err) => resolve(!err)));
  }
}

/** What a server answers to a client's `Sec-WebSocket-Key`. */
export const acceptOf = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

/** The headers by which a client asks for a WebSocket. */
export const webSocketHeaders = (protocols: readonly string[]): Record<string, string> => ({
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': randomBytes(16).toString('base64'),
  'sec-websocket-protocol': protocols.join(', '),
});
