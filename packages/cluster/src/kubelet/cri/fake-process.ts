import { PassThrough, type Readable, type Writable } from 'node:stream';
import { type Clock, isAbort } from '@tiphys/sdk/runtime';
import { type ExecSession, exitedWith, type TerminalSize, type TerminalStreams } from '../../streaming/index.ts';

export interface FakeProcessIo {
  command: readonly string[];
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  clock: Clock;
  /** Aborts when the process is asked to end (SIGTERM). */
  signal: AbortSignal;
}

/** What a process of the fake runtime does: resolves to its exit code. Rejecting with the abort of its signal is exit code 143. */
export type FakeProgram = (io: FakeProcessIo) => Promise<number>;

/** Runs until it is told to end. */
export const idle: FakeProgram = ({ signal, clock }) => clock.sleep(2 ** 40, signal).then(() => 0);

/** A program that runs, and can be ended. */
export class FakeProcess {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  /** Never rejects. */
  readonly exitCode: Promise<number>;
  readonly sizes: TerminalSize[] = [];
  readonly #stop = new AbortController();
  readonly #clock: Clock;
  #end: (exitCode: number) => void = () => undefined;

  constructor(program: FakeProgram, command: readonly string[], clock: Clock) {
    this.#clock = clock;
    const killed = new Promise<number>((resolve) => (this.#end = resolve));
    const { stdin, stdout, stderr } = this;
    const ended = program({ command, stdin, stdout, stderr, clock, signal: this.#stop.signal }).catch(
      (err: unknown) => {
        if (isAbort(err)) return 143;
        throw err;
      },
    );
    this.exitCode = Promise.race([ended, killed]).finally(() => {
      stdout.end();
      stderr.end();
    });
  }

  /** SIGTERM, and SIGKILL after the grace. */
  async stop(graceSeconds: number): Promise<void> {
    this.#stop.abort();
    const cancel = this.#clock.after(graceSeconds * 1000, () => this.kill(137));
    await this.exitCode;
    cancel();
  }

  kill(exitCode: number): void {
    this.#end(exitCode);
    this.#stop.abort();
  }

  session({ stdin, stdout, stderr, tty }: TerminalStreams, close: () => void): ExecSession {
    return {
      ...(stdin && { stdin: this.stdin }),
      ...(stdout && { stdout: this.stdout }),
      ...(stderr && !tty && { stderr: this.stderr }),
      resize: (size) => void this.sizes.push(size),
      status: this.exitCode.then((code) => exitedWith(code)),
      close,
    };
  }
}
