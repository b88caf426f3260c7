/**
 * The serving side of HTTP/2 (RFC 9113), without what no client of an API server uses: no push, no priorities.
 *
 * A `Connection` is what a socket is handed to; it calls back with a `ServerStream` for each request. Whole turns of the event
 * loop go out as one piece, data is copied once on its way, and what thousands of watchers are sent costs each of them a few
 * bytes. What a client may make the server keep or do is bounded everywhere (`limits.ts`). Why it isn't `node:http2`:
 * docs/decisions/0013-own-http2.md.
 */
export { Connection, type ConnectionOptions } from './connection.ts';
export type { RequestBody } from './request-body.ts';
export type { RequestHeaders } from './request-headers.ts';
export type { ServerStream } from './stream.ts';
