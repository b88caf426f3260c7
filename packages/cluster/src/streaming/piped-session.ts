import { PassThrough } from 'node:stream';
import { type ExecSession, exitedWith, type SessionStatus, type TerminalStreams } from '@tiphys/sdk/client';

/** What a command that runs in this process reads and writes. */
export interface PipedIo {
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  /** With a terminal the same as `stdout`. */
  readonly stderr: PassThrough;
  /** Aborts when the client has let go. */
  readonly signal: AbortSignal;
}

/** A session with a command that is a function of this process. */
export function pipedSession(
  run: (io: PipedIo) => Promise<SessionStatus>,
  o: TerminalStreams,
  resize: ExecSession['resize'] = () => undefined,
): ExecSession {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const controller = new AbortController();
  if (!o.stdin) stdin.end();
  if (!o.stdout) stdout.resume();
  if (!o.stderr) stderr.resume();
  const status = run({ stdin, stdout, stderr: o.tty ? stdout : stderr, signal: controller.signal })
    .catch(() => exitedWith(137))
    .finally(() => {
      stdout.end();
      stderr.end();
    });
  return {
    ...(o.stdin && { stdin }),
    ...(o.stdout && { stdout }),
    ...(o.stderr && !o.tty && { stderr }),
    resize,
    status,
    close() {
      controller.abort();
      for (const s of [stdin, stdout, stderr]) s.destroy();
    },
  };
}
