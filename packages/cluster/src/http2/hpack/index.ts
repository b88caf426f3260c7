/**
 * The compression of HTTP/2's headers, HPACK (RFC 7541), for the server's side: one decoder and one encoder a connection,
 * each with a table that it and its opposite at the peer fill alike, block by block. So no block may be left out, and one
 * that breaks the rules ends its connection. A header that was there before takes a byte; what a decoder keeps is bounded.
 */
export { CompressionError } from './compression-error.ts';
export { HeaderDecoder } from './header-decoder.ts';
export { HeaderEncoder, type HeaderValue } from './header-encoder.ts';
