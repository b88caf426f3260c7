import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import {
  ack,
  data,
  endHeaders,
  endStream,
  errorNames,
  type ErrorName,
  firstWindow,
  type Frame,
  type FrameType,
  firstFrameSize,
  headBytes,
  headers,
  largestWindow,
  padded,
  preface,
  type Settings,
  settings,
  settingsAck,
  types,
  windowUpdate,
} from './frames.ts';
import { type Field, request } from './header-block.ts';
import { statusOf } from './response-status.ts';
import { SendWindow } from './send-window.ts';

export interface RawClientOptions {
  readonly port: number;
  /** Unless told, windows are as large as can be, so that none is ever used up. */
  readonly settings?: Settings;
  /** How much more than the first 64 KiB the connection may carry from the start. */
  readonly connectionWindow?: number;
  /** Nothing is written for it: no preface, and settings aren't acknowledged. */
  readonly silent?: boolean;
}

/** How a request ended: with an answer, for its stream alone, or for the connection. */
export type Outcome =
  | { readonly status: number; readonly body: Buffer; readonly hasTrailers: boolean }
  | { readonly reset: ErrorName }
  | { readonly goaway: ErrorName }
  | { readonly closed: true };

interface Stream {
  status: number;
  readonly body: Buffer[];
  hasTrailers: boolean;
  outcome?: Outcome;
}

/**
 * A client that writes whatever frames it is told to, and keeps what comes. By itself it acknowledges settings, and nothing else:
 * it gives no window, answers no ping, and believes nothing of what the server says.
 */
export class RawClient {
  readonly socket: TLSSocket;
  readonly frames: Frame[] = [];
  /** How the connection ended, once it has. */
  ended: { readonly goaway?: ErrorName } | undefined;
  readonly #isSilent: boolean;
  #goaway: ErrorName | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #blockOf: { stream: number; parts: Buffer[]; ends: boolean } | undefined;
  #lastStream = -1;
  readonly #streams = new Map<number, Stream>();
  readonly #waiting = new Set<() => void>();
  /** What the server lets be sent to it. */
  readonly window = new SendWindow();
  /** Is told of every frame. */
  onFrame: (frame: Frame) => void = () => {};

  private constructor(socket: TLSSocket, isSilent: boolean) {
    this.socket = socket;
    this.#isSilent = isSilent;
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    // How a connection is torn down is up to the server.
    socket.on('error', () => {});
    const over = () => {
      this.ended ??= { ...(this.#goaway && { goaway: this.#goaway }) };
      this.#tell();
    };
    socket.on('end', over);
    socket.on('close', over);
  }

  static async connect({
    port,
    settings: wanted = { initialWindowSize: largestWindow },
    connectionWindow = largestWindow - firstWindow,
    silent = false,
  }: RawClientOptions): Promise<RawClient> {
    const socket = connect({
      port,
      host: '127.0.0.1',
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
    });
    await once(socket, 'secureConnect');
    socket.setNoDelay(true);
    const client = new RawClient(socket, silent);
    if (silent) return client;
    client.write(preface, settings({ headerTableSize: 0, enablePush: 0, ...wanted }));
    if (connectionWindow) client.write(windowUpdate(0, connectionWindow));
    return client;
  }

  write(...frames: readonly Uint8Array[]): void {
    if (this.socket.writable) this.socket.write(Buffer.concat(frames));
  }

  /** Writes, and resolves when the server has taken so much that there is room for more, or the connection has ended. */
  async writeSlowly(...frames: readonly Uint8Array[]): Promise<void> {
    if (!this.socket.writable || this.socket.write(Buffer.concat(frames))) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.socket.off('drain', done);
        this.socket.off('close', done);
        resolve();
      };
      this.socket.once('drain', done);
      this.socket.once('close', done);
    });
  }

  /**
   * Sends a body as far and as fast as the server's windows let it. Resolves when all is sent, or when its stream or connection has
   * come to an end before.
   */
  async upload(stream: number, body: Buffer, { ends = true } = {}): Promise<void> {
    if (!body.length) return this.write(data(stream, body, ends ? endStream : 0));
    await this.until(() => this.ended || this.got('SETTINGS').length);
    for (let at = 0; at < body.length;) {
      const room = () => Math.min(this.window.of(0), this.window.of(stream), firstFrameSize);
      await this.until(() => room() > 0 || this.#outcomeOf(stream));
      if (this.#outcomeOf(stream)) return;
      const piece = body.subarray(at, at + room());
      at += piece.length;
      this.window.take(stream, piece.length);
      await this.writeSlowly(data(stream, piece, at < body.length || !ends ? 0 : endStream));
    }
  }

  /** The number of a stream that hasn't been used. */
  nextStream(): number {
    return (this.#lastStream += 2);
  }

  /** Asks by GET without a body. */
  get(path: string, more: readonly Field[] = []): number {
    const stream = this.nextStream();
    this.write(headers(stream, request(path, more)));
    return stream;
  }

  /** What a stream came to, when it ends or its connection does. */
  async outcome(stream: number): Promise<Outcome> {
    await this.until(() => this.#outcomeOf(stream) !== undefined);
    return this.#outcomeOf(stream)!;
  }

  /** Whether a stream has come to something. */
  isOver(stream: number): boolean {
    return this.#outcomeOf(stream) !== undefined;
  }

  /** The frames of a type that have come, for a stream where one is given. */
  got(type: FrameType, stream?: number): Frame[] {
    return this.frames.filter((f) => types[f.type] === type && (stream === undefined || f.stream === stream));
  }

  /** Resolves with the status of a stream's answer when it begins; undefined if it has ended without. */
  async began(stream: number): Promise<number | undefined> {
    await this.until(() => this.#streams.get(stream)?.status || this.#outcomeOf(stream));
    return this.#streams.get(stream)?.status || undefined;
  }

  /** So many bytes of a stream's answer have come. */
  received(stream: number): number {
    return this.#streams.get(stream)?.body.reduce((sum, piece) => sum + piece.length, 0) ?? 0;
  }

  /** Resolves when the server has ended the connection, with the error that it gave. */
  async whenEnded(): Promise<ErrorName | undefined> {
    await this.until(() => this.ended);
    return this.ended?.goaway;
  }

  /** Resolves when a claim about what has come is true. */
  async until(claim: () => unknown): Promise<void> {
    while (!claim()) await new Promise<void>((resolve) => void this.#waiting.add(resolve));
  }

  destroy(): void {
    this.socket.destroy();
  }

  #outcomeOf(stream: number): Outcome | undefined {
    const known = this.#streams.get(stream)?.outcome;
    if (known) return known;
    if (this.#goaway && this.#goaway !== 'NO_ERROR') return { goaway: this.#goaway };
    return this.ended && { closed: true };
  }

  #tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }

  #read(bytes: Buffer): void {
    let rest = this.#rest.length ? Buffer.concat([this.#rest, bytes]) : bytes;
    while (rest.length >= headBytes) {
      const length = rest.readUIntBE(0, 3);
      if (rest.length < headBytes + length) break;
      const frame = {
        type: rest[3]!,
        flags: rest[4]!,
        stream: rest.readUInt32BE(5) & largestWindow,
        payload: rest.subarray(headBytes, headBytes + length),
      };
      rest = rest.subarray(headBytes + length);
      this.frames.push(frame);
      this.#take(frame);
      this.onFrame(frame);
    }
    this.#rest = rest;
    this.#tell();
  }

  #take({ type, flags, stream, payload }: Frame): void {
    switch (types[type]) {
      case 'DATA':
        if (flags & padded) throw new Error('a server here pads nothing');
        this.#stream(stream).body.push(payload);
        if (flags & endStream) this.#answered(stream);
        return;
      case 'HEADERS':
        this.#blockOf = { stream, parts: [payload], ends: (flags & endStream) !== 0 };
        if (flags & endHeaders) this.#takeBlock();
        return;
      case 'CONTINUATION':
        this.#blockOf!.parts.push(payload);
        if (flags & endHeaders) this.#takeBlock();
        return;
      case 'RST_STREAM':
        this.#stream(stream).outcome ??= { reset: nameOf(payload.readUInt32BE(0)) };
        return;
      case 'SETTINGS':
        if (flags & ack) return;
        this.window.setFirst(payload);
        if (!this.#isSilent) this.write(settingsAck);
        return;
      case 'WINDOW_UPDATE':
        this.window.add(stream, payload.readUInt32BE(0));
        return;
      case 'GOAWAY':
        this.#goaway = nameOf(payload.readUInt32BE(4));
        return;
      default:
    }
  }

  #takeBlock(): void {
    const { stream, parts, ends } = this.#blockOf!;
    const s = this.#stream(stream);
    if (s.status) s.hasTrailers = true;
    else {
      const status = statusOf(Buffer.concat(parts));
      // Those below 200 come before the answer.
      if (status >= 200) s.status = status;
    }
    if (ends) this.#answered(stream);
  }

  #stream(id: number): Stream {
    let stream = this.#streams.get(id);
    if (!stream) this.#streams.set(id, (stream = { status: 0, body: [], hasTrailers: false }));
    return stream;
  }

  #answered(id: number): void {
    const { status, body, hasTrailers } = this.#stream(id);
    this.#stream(id).outcome ??= { status, body: Buffer.concat(body), hasTrailers };
  }
}

const nameOf = (error: number): ErrorName => {
  const name = errorNames[error];
  if (!name) throw new Error(`no error has the number ${error}`);
  return name;
};
