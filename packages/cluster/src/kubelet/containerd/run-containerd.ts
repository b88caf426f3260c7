import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { backoff, type Clock, type Logger, type Random } from '@tiphys/sdk/runtime';
import { importImage, isPauseArchitecture, pauseImage, pauseImageName } from '../images/index.ts';
import { connectRuntime, isUnavailable } from '../cri/index.ts';
import { containerdConfig } from './containerd-config.ts';
import { containerdMachine } from './containerd-machine.ts';
import { containerdPaths, type ContainerdPaths } from './paths.ts';
import { endProcesses, findProcesses } from './processes.ts';

export interface ContainerdOptions {
  /** Everything of this containerd lies in it. */
  readonly dir: string;
  /** Where the network puts its conflist. */
  readonly cniConfDir: string;
  /** Found on the machine unless given. */
  readonly cniBinDir?: string;
  /** In the PATH unless given. */
  readonly binary?: string;
  /** Of the images that are made here. */
  readonly architecture: string;
}

export interface ContainerdDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface RunningContainerd {
  readonly socket: string;
  /** The process there is now; undefined while it is between two lives. */
  readonly pid: () => number | undefined;
  /** Resolves when the process has ended after the signal; what it ran goes on. Rejects where none can be started. */
  readonly ended: Promise<void>;
}

const patienceMs = { start: 30_000, stop: 10_000 };
const restart = { baseMs: 200, maxMs: 10_000 };
/** One that lived this long was well: the next death begins anew. */
const wellAfterMs = 60_000;
const largestLogBytes = 10 * 1024 ** 2;

/**
 * A containerd of our own as a child: started, kept alive, and told to end with the signal. Resolves when it answers and has the
 * sandbox image. Containers are their shims' children, not its: they live on when it dies or is replaced, and are found again.
 */
export async function startContainerd(
  options: ContainerdOptions,
  deps: ContainerdDeps,
  signal: AbortSignal,
): Promise<RunningContainerd> {
  const { clock } = deps;
  const log = deps.log.child({ component: 'containerd' });
  const { binary = 'containerd', architecture } = options;
  const paths = containerdPaths(options.dir);
  await prepare(paths);
  const machine = await containerdMachine(binary, paths.root, options.cniBinDir);
  const { cniConfDir } = options;
  await writeFile(paths.config, containerdConfig({ paths, machine, cniConfDir, sandboxImage: pauseImageName }));
  await endEarlier(paths, clock);

  const keeper = new Keeper(binary, paths, { ...deps, log });
  const ended = keeper.run(signal);
  // Whoever asks hears of it below or from `ended`.
  ended.catch(() => undefined);
  const failed = ended.then(() => Promise.reject(new Error('containerd was stopped')));
  await Promise.race([answering(paths, clock, signal), failed]);
  failed.catch(() => undefined);
  if (!isPauseArchitecture(architecture)) throw new Error(`no sandbox image for ${architecture}`);
  const { socket } = paths;
  const image = pauseImage(architecture);
  await importImage(pauseImageName, image, { ...deps, socket, isPinned: true, signal });
  return { socket, pid: () => keeper.pid, ended };
}

async function prepare({ root, state, socket, log, certsDir }: ContainerdPaths): Promise<void> {
  await forgetEarlierBoot(state);
  for (const dir of [root, state, certsDir, dirname(socket)]) await mkdir(dir, { recursive: true, mode: 0o711 });
  await writeFile(bootFile(state), await bootId());
  const size = await stat(log).then(
    (s) => s.size,
    () => 0,
  );
  if (size > largestLogBytes) await rename(log, `${log}.1`);
}

const bootFile = (state: string) => join(state, 'boot-id');
const bootId = () => readFile('/proc/sys/kernel/random/boot_id', 'utf8');

/** The state tells of processes and mounts; those of another boot are no more. */
async function forgetEarlierBoot(state: string): Promise<void> {
  const known = await readFile(bootFile(state), 'utf8').catch(() => undefined);
  if (known !== undefined && known !== (await bootId())) await rm(state, { recursive: true, force: true });
}

/** One that outlived who started it holds the socket and the database; what it runs is taken over from it. */
export async function endEarlier({ config }: ContainerdPaths, clock: Clock): Promise<void> {
  const earlier = await findProcesses((argv) => argv[1] === '--config' && argv[2] === config);
  await endProcesses(
    earlier.map((p) => p.pid),
    clock,
    patienceMs.stop,
  );
}

async function answering({ socket, log }: ContainerdPaths, clock: Clock, signal: AbortSignal): Promise<void> {
  const runtime = connectRuntime(socket, { clock });
  const giveUpAt = clock.monotonic() + patienceMs.start;
  try {
    for (;;) {
      try {
        await runtime.version({ signal });
        return;
      } catch (err) {
        if (!isStarting(err)) throw err;
        if (clock.monotonic() > giveUpAt) throw new Error(await lastWords(log), { cause: err });
      }
      await clock.sleep(20, signal);
    }
  } finally {
    runtime.close();
  }
}

/** While it starts it isn't there, then it has no such service yet, and then one that answers nothing. */
export const isStarting = (err: unknown): boolean =>
  isUnavailable(err) || /unknown service|server is not initialized yet/.test(String(err));

async function lastWords(log: string): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return `containerd does not answer; its last words (${log}):\n${text.trimEnd().split('\n').slice(-5).join('\n')}`;
}

class Keeper {
  readonly #binary: string;
  readonly #paths: ContainerdPaths;
  readonly #deps: ContainerdDeps;
  pid: number | undefined;

  constructor(binary: string, paths: ContainerdPaths, deps: ContainerdDeps) {
    this.#binary = binary;
    this.#paths = paths;
    this.#deps = deps;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    for (let deaths = 0; ; deaths++) {
      const beganAt = clock.monotonic();
      const how = await this.#live(signal);
      if (signal.aborted) return;
      if (clock.monotonic() - beganAt > wellAfterMs) deaths = 0;
      const waitMs = backoff(deaths, restart);
      log.warn('containerd ended and is started again', { how, waitMs, log: this.#paths.log });
      await clock.sleep(waitMs, signal).catch(() => undefined);
      if (signal.aborted) return;
    }
  }

  /** Resolves to how it ended. */
  async #live(signal: AbortSignal): Promise<string> {
    const { clock } = this.#deps;
    const log = await open(this.#paths.log, 'a', 0o640);
    try {
      // In a session of its own: what a terminal sends to us isn't meant for it.
      const child = spawn(this.#binary, ['--config', this.#paths.config], {
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      });
      await once(child, 'spawn');
      this.pid = child.pid;
      const ended = exitOf(child);
      const stop = () => {
        child.kill('SIGTERM');
        const cancel = clock.after(patienceMs.stop, () => child.kill('SIGKILL'));
        void ended.then(cancel);
      };
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      const how = await ended;
      signal.removeEventListener('abort', stop);
      return how;
    } finally {
      this.pid = undefined;
      await log.close();
    }
  }
}

async function exitOf(child: ChildProcess): Promise<string> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? `exit code ${code}`;
}
