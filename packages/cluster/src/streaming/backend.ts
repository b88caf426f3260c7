import type { ExecSession, PortForwarder, TerminalStreams } from '@tiphys/sdk/client';

export interface PodRef {
  readonly namespace: string;
  readonly pod: string;
  /** Given when only this very pod will do. */
  readonly uid?: string;
}

export interface ContainerRef extends PodRef {
  readonly container: string;
}

/** Upstream's PodLogOptions, as far as they say what to read. */
export interface LogOptions {
  readonly follow?: boolean;
  /** The container that ran before this one. */
  readonly previous?: boolean;
  readonly sinceSeconds?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  /** Each line begins with the time it was written. */
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly stream?: 'All' | 'Stdout' | 'Stderr';
}

interface Call {
  readonly signal: AbortSignal;
}

/**
 * What a node can do for those who talk to its containers. Each method rejects with a `StatusError` when there is no such pod or
 * container or the container's state doesn't allow it: callers then answer with its code and message. `signal` ends what was
 * begun; a client that goes away aborts it.
 */
export interface StreamingBackend {
  logs(target: ContainerRef, options: LogOptions & Call): Promise<AsyncIterable<Uint8Array>>;
  exec(target: ContainerRef, command: readonly string[], o: TerminalStreams & Call): Promise<ExecSession>;
  attach(target: ContainerRef, o: TerminalStreams & Call): Promise<ExecSession>;
  portForward(target: PodRef, o: Call): Promise<PortForwarder>;
}
