import type { Duplex, Writable } from 'node:stream';

// The frame codec of `ws`, which its module exports and its published types leave out.
declare module 'ws' {
  interface ReceiverEvents {
    message: [data: Buffer, isBinary: boolean];
    ping: [data: Buffer];
    conclude: [code: number, reason: Buffer];
    error: [err: Error];
  }
  /** Takes the bytes of a connection, emits what they say. */
  export class Receiver extends Writable {
    constructor(options: { isServer: boolean; maxPayload: number });
    on<E extends keyof ReceiverEvents>(event: E, listener: (...args: ReceiverEvents[E]) => void): this;
  }
  /** Writes frames to a connection. */
  export class Sender {
    constructor(socket: Duplex);
    send(
      data: Uint8Array | string,
      options: { fin: true; binary: boolean; compress: false; mask: boolean },
      done: (err?: Error) => void,
    ): void;
    ping(data: Uint8Array, mask: boolean): void;
    pong(data: Uint8Array, mask: boolean): void;
    close(code: number, reason: string, mask: boolean): void;
  }
}

export { Receiver, Sender } from 'ws';
