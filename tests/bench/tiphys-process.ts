import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LoadClient } from './load.ts';
import type { Held } from './loop-delay.ts';
import { cpuMicros, residentMiB } from './process-usage.ts';

const main = fileURLToPath(new URL('../../../packages/cluster/bin/tiphys.js', import.meta.url));
const loopWatcher = new URL('./loop-watcher.js', import.meta.url).href;
const token = 'bench';

/** A Tiphys of its own: an empty data directory, a free port, an administrator's token. */
export class TiphysProcess implements AsyncDisposable {
  readonly url: string;
  readonly client: LoadClient;
  /** From exec to the first 200 of /readyz. */
  readonly readyMs: number;
  readonly #child: ChildProcess;
  readonly #dir: string;

  private constructor(child: ChildProcess, dir: string, url: string, readyMs: number) {
    this.#child = child;
    this.#dir = dir;
    this.url = url;
    this.readyMs = readyMs;
    this.client = new LoadClient(url, { token });
  }

  /** `command`: `apiserver` or `up`, with its further flags. */
  static async start(command: 'apiserver' | 'up', ...flags: string[]): Promise<TiphysProcess> {
    const dir = mkdtempSync(join(tmpdir(), 'tiphys-bench-'));
    const tokens = join(dir, 'tokens.csv');
    writeFileSync(tokens, `${token},bench,1,"system:masters"\n`);
    const port = await freePort();
    const portFlag = command === 'up' ? '--port' : '--secure-port';
    const begun = performance.now();
    const args = [main, command, '--data-dir', join(dir, 'data'), portFlag, String(port), '--token-auth-file', tokens];
    const child = spawn(process.execPath, ['--import', loopWatcher, ...args, ...flags], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const url = `https://127.0.0.1:${port}`;
    await untilReady(url, child);
    return new TiphysProcess(child, dir, url, performance.now() - begun);
  }

  /** How other clients are told of it. */
  get credentials(): readonly string[] {
    return ['-server', this.url, '-token', token];
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get rssMiB(): number {
    return residentMiB(this.pid);
  }

  /** What the server's CPU and event loop did while `work` ran. */
  async measure<T>(operations: number, work: () => Promise<T>): Promise<{ result: T; cpuUs: number } & Held> {
    await this.#held();
    const before = cpuMicros(this.pid);
    const result = await work();
    const cpuUs = (cpuMicros(this.pid) - before) / operations;
    return { result, cpuUs, ...(await this.#held()) };
  }

  /** How long its event loop was held, every second time; the other times it begins to look. */
  async #held(): Promise<Held> {
    this.#child.send('');
    const [held] = (await once(this.#child, 'message')) as [Held];
    return held;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await gone;
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`tiphys ended with code ${child.exitCode} before it was ready`);
    const client = new LoadClient(url, { connections: 1 });
    try {
      if ((await client.request('GET', '/readyz')).status === 200) return;
    } catch {
      // Nobody listens yet.
    } finally {
      client.close();
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
