export type { ExecSession, ForwardedConnection, PortForwarder, TerminalSize, TerminalStreams } from './session.ts';
export { exitCodeOf, exitedWith, internalError, type SessionStatus, succeeded } from './session-status.ts';
export { acceptOf, WebSocketConnection, type WebSocketMessage, webSocketHeaders } from './web-socket.ts';
export {
  type AttachOptions,
  type ExecOptions,
  type PodLogOptions,
  type PodStreams,
  podStreams,
} from './pod-streams.ts';
export { roomIn } from './room-in.ts';
export { splice } from './splice.ts';
