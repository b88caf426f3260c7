import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(import.meta.resolve('tiphys/apiserver')).replace(/apiserver\/index\.js$/, 'cli/main.js');

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** A program run to its end. */
export async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Said> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr, code: await code };
}

export const tiphys = (...args: string[]): Promise<Said> => run(process.execPath, [main, ...args]);

interface Ready {
  readonly server: string;
  readonly kubeconfig: string;
  readonly nodes: readonly string[];
}

/** `tiphys up` on a data directory that goes with it. */
export class UpProcess {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'tiphys-up-'));
  #child: ChildProcess | undefined;

  /** Starts it, again if it has ended; resolves with what `-o json` tells. */
  async start(...flags: string[]): Promise<Ready> {
    const args = [main, 'up', '--data-dir', this.dataDir, '--port', '0', '-o', 'json', ...flags];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const complaint = text(child.stderr);
    let told = '';
    for await (const chunk of child.stdout) {
      told += String(chunk);
      if (told.endsWith('\n')) return JSON.parse(told) as Ready;
    }
    throw new Error(`tiphys up ended: ${await complaint}`);
  }

  get child(): ChildProcess {
    return this.#child!;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Ends it and everything that it has left. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    spawnSync(process.execPath, [main, 'reset', '--data-dir', this.dataDir]);
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
