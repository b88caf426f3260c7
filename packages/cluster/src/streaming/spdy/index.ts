export { SpdySession, type SpdySessionOptions } from './session.ts';
export type { SpdyStream } from './stream.ts';
