import type { Duplex } from 'node:stream';
import type { JsonObject, KubeObject } from '../machinery/index.ts';

/**
 * One request to an API server, whoever carries it. Over HTTP a transport writes and reads bytes; in process it calls the
 * server's `handle` and both sides share frozen objects.
 */
export interface ApiRequest {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON to send: an object (not changed by either side), or bytes as they are. */
  readonly body?: JsonObject | Uint8Array;
  readonly signal?: AbortSignal;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** The decoded JSON body; frozen when it came in process. Refusals are `Status` objects. */
  json(): Promise<unknown>;
  /** The body as bytes, in pieces; a log stream ends with the stream. */
  bytes(): AsyncIterable<Uint8Array>;
  /** The frames of a watch. Ends when the server closes it. */
  frames(): AsyncIterable<WatchFrame>;
}

export interface WatchFrame {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

/** A connection on which both sides have agreed to speak another protocol, and the headers by which they did. */
export interface Upgraded {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly stream: Duplex;
}

export interface Transport {
  send(request: ApiRequest): Promise<ApiResponse>;
  /** Opens an upgraded connection (exec, attach, port-forward); in process too, since its protocol is bytes. */
  upgrade?(request: ApiRequest): Promise<Upgraded>;
  close(): void;
}
