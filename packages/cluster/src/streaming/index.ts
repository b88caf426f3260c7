/**
 * How bytes reach a container from outside: the protocols of exec, attach, port-forward and logs, both ends of them. A node
 * agent, real or simulated, gives a `StreamingBackend` and gets an HTTP handler that kubectl understands; towards a container
 * runtime the same protocols are spoken as a client.
 */
export {
  type ExecSession,
  exitCodeOf,
  exitedWith,
  type ForwardedConnection,
  internalError,
  type PortForwarder,
  type SessionStatus,
  succeeded,
  type TerminalSize,
  type TerminalStreams,
} from '@tiphys/sdk/client';
export type { ContainerRef, LogOptions, PodRef, StreamingBackend } from './backend.ts';
export { type StreamingHandler, streamingHandler } from './handler.ts';
export { pipedSession } from './piped-session.ts';
export { serveOn } from './serve.ts';
export { refuse as refuseUpgrade } from './upgrade.ts';
export { openSession } from './client/exec.ts';
export { openForwarder } from './client/forward.ts';
