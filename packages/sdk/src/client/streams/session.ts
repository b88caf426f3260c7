import type { Duplex, Readable, Writable } from 'node:stream';
import type { SessionStatus } from './session-status.ts';

export interface TerminalSize {
  width: number;
  height: number;
}

/** Which streams a caller of exec or attach asks for. With a TTY there is no stderr: both come on stdout. */
export interface TerminalStreams {
  stdin?: boolean;
  stdout?: boolean;
  stderr?: boolean;
  tty?: boolean;
}

/**
 * A process that someone talks to. Every stream has back-pressure: who reads slowly slows the process. Ending `stdin` closes it
 * for the process and nothing else.
 */
export interface ExecSession {
  readonly stdin?: Writable;
  readonly stdout?: Readable;
  readonly stderr?: Readable;
  resize(size: TerminalSize): void;
  /** How it ended. Resolves when the process has ended; the streams may still hold what it wrote. Never rejects. */
  readonly status: Promise<SessionStatus>;
  /** Lets go of the process: of a command of exec that ends it, an attached container goes on. */
  close(): void;
}

/** One connection into a pod. */
export interface ForwardedConnection {
  readonly data: Duplex;
  /** What went wrong, worded for the user; undefined when the connection ended by itself. Never rejects. */
  readonly error: Promise<string | undefined>;
}

/** The ports of one pod. */
export interface PortForwarder {
  connect(port: number): ForwardedConnection;
  close(): void;
}
