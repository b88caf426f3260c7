import type { Writable } from 'node:stream';
import type { Sink } from '../context.ts';

/** Where an answer is written to, whatever the version of HTTP. What comes after its client has gone is dropped. */
export interface Outlet extends Sink {
  /** The chunk must not change until `sent` is called, which it isn't if the client goes. */
  write(chunk: Uint8Array, sent?: () => void): boolean;
  end(chunk?: Uint8Array): void;
}

/** That of HTTP/1.1. */
export const outletOf = (response: Writable): Outlet => ({
  write: (chunk, sent) => response.destroyed || response.write(chunk, sent),
  onceRoom: (f) => void response.once('drain', f),
  end: (chunk) => void response.end(chunk),
  fail: () => void response.destroy(),
});
