import type { Writable } from 'node:stream';

/** Where an answer is written to, whatever the version of HTTP. */
export interface Outlet {
  /** Answers whether there is room for more. The chunk must not change until `sent` is called, which it isn't if the client goes. */
  write(chunk: Uint8Array, sent?: () => void): boolean;
  /** Calls back once there is room again. */
  onceRoom(f: () => void): void;
  end(chunk?: Uint8Array): void;
}

/** That of HTTP/1.1. */
export const outletOf = (response: Writable): Outlet => ({
  write: (chunk, sent) => response.write(chunk, sent),
  onceRoom: (f) => void response.once('drain', f),
  end: (chunk) => void response.end(chunk),
});
