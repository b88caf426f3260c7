/** A block that breaks RFC 7541: the connection can't go on (COMPRESSION_ERROR). */
export class CompressionError extends Error {}
