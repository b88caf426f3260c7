import { PassThrough } from 'node:stream';
import type { Container, Pod } from '@tiphys/sdk/api';
import type { Clock } from '@tiphys/sdk/runtime';
import { expand } from '../podspec/index.ts';
import { ContainerLog } from './container-log.ts';
import { isSimulated, type Output, runProgram, type World } from './world/index.ts';

export interface ProcessRun {
  readonly log: ContainerLog;
  /** When it has ended; moments are wall time. */
  end?: { readonly exitCode: number; readonly atMs: number };
  /** What someone who is attached says. */
  readonly stdin: PassThrough | undefined;
  /** Those who are attached. */
  readonly listeners: Set<Output>;
  stop(): void;
}

interface Runs {
  current?: ProcessRun;
  previous?: ProcessRun;
}

export interface StartOptions {
  readonly world: World;
  /** What becomes of programs that nobody simulates, given what stops the process. */
  readonly otherProgram: (signal: AbortSignal) => Promise<number>;
  readonly onEnd: () => void;
}

/** The main processes of simulated containers, as far as what they are to run is simulated. */
export class Processes {
  readonly #clock: Clock;
  readonly #runs = new Map<string, Map<string, Runs>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(uid: string, container: string): Runs | undefined {
    return this.#runs.get(uid)?.get(container);
  }

  start(pod: Pod, container: Container, { world, otherProgram, onEnd }: StartOptions): ProcessRun {
    const controller = new AbortController();
    const { signal } = controller;
    const log = new ContainerLog(this.#clock);
    const stdin = container.stdin ? new PassThrough() : undefined;
    const listeners = new Set<Output>();
    const output =
      (stream: 'Stdout' | 'Stderr'): Output =>
      async (chunk) => {
        log.write(stream, chunk);
        for (const listener of listeners) await listener(chunk);
      };
    const run: ProcessRun = { log, stdin, listeners, stop: () => controller.abort() };
    const machine = {
      files: world.files,
      hostname: world.hostname,
      clock: this.#clock,
      otherProgram: () => otherProgram(signal),
    };
    const process = {
      machine,
      env: new Map(world.env),
      cwd: world.cwd,
      stdin: stdin ?? nothing(),
      stdout: output('Stdout'),
      stderr: output('Stderr'),
      tty: container.tty ?? false,
      signal,
    };
    const ended = (exitCode: number) => {
      run.end = { exitCode, atMs: this.#clock.now() };
      log.close();
      onEnd();
    };
    // 126 is what a shell gives for what it can't run.
    runProgram(commandOf(container, world.env), process).then(ended, () => ended(126));
    const runs = this.#runs.get(pod.metadata.uid!) ?? new Map<string, Runs>();
    this.#runs.set(pod.metadata.uid!, runs);
    const before = runs.get(container.name)?.current;
    runs.set(container.name, { current: run, ...(before && { previous: before }) });
    return run;
  }

  stop(uid: string): void {
    for (const { current } of this.#runs.get(uid)?.values() ?? []) current?.stop();
  }

  forget(uid: string): void {
    this.stop(uid);
    this.#runs.delete(uid);
  }
}

/** Whether a container's command is one that really runs. */
export const runsProcess = ({ command = [] }: Container): boolean =>
  command[0] !== undefined && isSimulated(command[0]);

const commandOf = ({ command = [], args = [] }: Container, env: ReadonlyMap<string, string>) =>
  [...command, ...args].map((word) => expand(word, (name) => env.get(name)));

async function* nothing(): AsyncIterable<Uint8Array> {}
