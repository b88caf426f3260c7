import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { badRequest } from '@tiphys/sdk/machinery';
import { systemClock } from '@tiphys/sdk/runtime';
import { readLog } from 'tiphys/kubelet';
import {
  type ExecSession,
  exitedWith,
  internalError,
  type StreamingBackend,
  type TerminalStreams,
} from 'tiphys/streaming';

export interface ProcessNodeOptions {
  /** Where commands run. */
  readonly directory: string;
  /** The log of a container, and when it ends; undefined when there is none. */
  readonly log: (container: string, previous: boolean) => { path: string; ended: Promise<void> } | undefined;
  /** What attaching to a container speaks to. */
  readonly attached: () => ExecSession;
  /** Where a port of the pod really is; others refuse. */
  readonly port: (port: number) => number;
}

/** A node whose containers are processes of this machine: exec really runs, `tar` really packs. */
export function processNode({ directory, log, attached, port: real }: ProcessNodeOptions): StreamingBackend {
  return {
    async logs({ container, pod }, options) {
      const found = log(container, options.previous ?? false);
      if (found) return readLog(found.path, { ...options, clock: systemClock, ended: () => found.ended });
      throw badRequest(
        `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(pod)} not found`,
      );
    },
    async exec(_target, command, o) {
      return run(command, directory, o);
    },
    attach: async () => attached(),
    portForward: async () => ({
      connect(port) {
        const data = connect({ host: '127.0.0.1', port: real(port), allowHalfOpen: true });
        const error = new Promise<string | undefined>((resolve) => {
          data.once('error', (err) => resolve(`failed to connect to localhost:${port} inside the pod: ${err.message}`));
          data.once('close', () => resolve(undefined));
        });
        return { data, error };
      },
      close: () => undefined,
    }),
  };
}

function run(command: readonly string[], cwd: string, o: TerminalStreams): ExecSession {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {});
  if (!o.stdin) child.stdin.end();
  const stdout = new PassThrough();
  let size = '';
  child.stdout.pipe(o.stdout ? stdout : new PassThrough().resume());
  const stderr = o.tty ? stdout : new PassThrough();
  child.stderr.pipe(o.stderr || o.tty ? stderr : new PassThrough().resume(), { end: !o.tty });
  const status = new Promise<ReturnType<typeof exitedWith>>((resolve) => {
    child.once('error', (err) => {
      stdout.end();
      stderr.end();
      resolve(internalError(`error executing command in container: ${err.message}`));
    });
    child.once('close', (code, signal) => resolve(exitedWith(code ?? (signal ? 137 : 1))));
  });
  return {
    ...(o.stdin && { stdin: child.stdin }),
    ...(o.stdout && { stdout }),
    ...(o.stderr && !o.tty && { stderr }),
    resize({ width, height }) {
      // What a terminal would say to its program.
      if (size === '' && o.tty) stdout.write(`size ${width}x${height}\n`);
      size = `${width}x${height}`;
    },
    status,
    close: () => void child.kill('SIGKILL'),
  };
}
