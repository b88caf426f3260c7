import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { notFound } from '@tiphys/sdk/machinery';
import {
  type ExecSession,
  exitedWith,
  type SessionStatus,
  type TerminalSize,
  type TerminalStreams,
} from '@tiphys/sdk/client';
import type { ContainerRef, LogOptions, StreamingBackend } from './backend.ts';
import { type PipedIo, pipedSession } from './piped-session.ts';

export interface FakeCommandIo extends PipedIo {
  readonly sizes: readonly TerminalSize[];
}

/** What a command does: resolves to its exit code, or to how it ended. */
export type FakeCommand = (io: FakeCommandIo, args: readonly string[]) => Promise<number | SessionStatus>;

export interface FakeBackendOptions {
  readonly commands: Readonly<Record<string, FakeCommand>>;
  readonly attached?: FakeCommand;
  readonly logs?: (target: ContainerRef, options: LogOptions & { signal: AbortSignal }) => AsyncIterable<Uint8Array>;
  /** Where a port of a pod really is; ports that it doesn't know refuse. */
  readonly ports?: (port: number) => number | undefined;
}

/** Containers whose commands are functions of this process: for tests of whatever speaks to a node. */
export function fakeBackend(options: FakeBackendOptions): StreamingBackend {
  return {
    logs: async (target, o) => {
      if (!options.logs) throw notFound({ group: '', resource: 'pods' }, target.pod);
      return options.logs(target, o);
    },
    async exec(target, command, o) {
      const run = options.commands[command[0] ?? ''];
      if (!run) throw new Error(`container not found (${JSON.stringify(target.container)})`);
      return session(run, command.slice(1), o);
    },
    async attach(_target, o) {
      return session(options.attached ?? (async () => 0), [], o);
    },
    portForward: async () => ({
      connect(port) {
        const real = options.ports?.(port);
        if (real === undefined) {
          const data = new PassThrough();
          data.end();
          return { data, error: Promise.resolve(`error forwarding port ${port} to pod fake: connection refused`) };
        }
        const data = connect({ host: '127.0.0.1', port: real, allowHalfOpen: true });
        const error = new Promise<string | undefined>((resolve) => {
          data.once('error', (err) => resolve(err.message));
          data.once('close', () => resolve(undefined));
        });
        return { data, error };
      },
      close: () => undefined,
    }),
  };
}

function session(run: FakeCommand, args: readonly string[], o: TerminalStreams): ExecSession {
  const sizes: TerminalSize[] = [];
  const ended = async (io: PipedIo) => {
    const end = await run({ ...io, sizes }, args);
    return typeof end === 'number' ? exitedWith(end) : end;
  };
  return pipedSession(ended, o, (size) => void sizes.push(size));
}
