import { spawn } from 'node:child_process';

/** The programs of the machine that do what the kernel offers only to them: `nft`, `ip`, `conntrack`, the CNI plugins. */
export interface Commands {
  /** Resolves to what the program printed; rejects with a `CommandError` when it fails or isn't there. */
  run(program: string, args: readonly string[], options?: CommandOptions): Promise<string>;
}

export interface CommandOptions {
  /** What the program reads, in as many pieces as suits the writer. */
  stdin?: string | readonly string[];
  env?: Record<string, string>;
  signal?: AbortSignal;
}

export class CommandError extends Error {
  /** The exit code; undefined when the program couldn't be started or was killed. */
  readonly exitCode: number | undefined;
  /** There is no such program. */
  readonly isMissing: boolean;

  constructor(message: string, o: { exitCode?: number | undefined; isMissing?: boolean; cause?: unknown } = {}) {
    super(message, { cause: o.cause });
    this.name = 'CommandError';
    this.exitCode = o.exitCode;
    this.isMissing = o.isMissing ?? false;
  }
}

export const systemCommands: Commands = {
  run(program, args, { stdin = '', env, signal } = {}) {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, {
        stdio: 'pipe',
        ...(env && { env: { ...process.env, ...env } }),
        ...(signal && { signal }),
      });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      // A program that ends before it has read everything says why on stderr and by its exit code.
      child.stdin.on('error', () => undefined);
      for (const piece of typeof stdin === 'string' ? [stdin] : stdin) child.stdin.write(piece);
      child.stdin.end();
      child.on('error', (cause: NodeJS.ErrnoException) => {
        if (cause.name === 'AbortError') reject(cause);
        else reject(new CommandError(`${program}: ${cause.message}`, { isMissing: cause.code === 'ENOENT', cause }));
      });
      child.on('close', (code, killedBy) => {
        if (code === 0) return resolve(Buffer.concat(out).toString());
        const said = Buffer.concat(err).toString().trim() || Buffer.concat(out).toString().trim();
        const how = killedBy ? `killed by ${killedBy}` : `exit code ${code}`;
        // nft repeats every line that it doesn't understand.
        const text = `${program} ${args.join(' ')}: ${how}: ${said.slice(0, 1000)}`;
        reject(new CommandError(text, { exitCode: code ?? undefined }));
      });
    });
  },
};

/** The same programs, run in a named network namespace: another node on this machine. */
export function commandsIn(namespace: string, commands: Commands = systemCommands): Commands {
  return {
    run: (program, args, options) => commands.run('ip', ['netns', 'exec', namespace, program, ...args], options),
  };
}
