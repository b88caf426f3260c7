import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Pod } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import { durationMs } from '../behaviour.ts';

export interface CommandIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly tty: boolean;
  /** Aborts when the client has let go. */
  readonly signal: AbortSignal;
}

interface Where {
  readonly pod: Pod;
  readonly container: string;
  readonly clock: Clock;
}

type Command = (args: readonly string[], io: CommandIo, where: Where) => number | Promise<number>;

/** The few commands that people try first, as far as they need no machine. */
const commands: Readonly<Record<string, Command>> = {
  true: () => 0,
  false: () => 1,
  exit: ([code = '0']) => Number(code) || 0,
  echo: (args, { stdout }) => print(stdout, args.join(' ')),
  hostname: (_args, { stdout }, { pod }) => print(stdout, pod.spec.hostname ?? pod.metadata.name!),
  date: (_args, { stdout }, { clock }) => print(stdout, timestamp(clock.now())),
  whoami: (_args, { stdout }) => print(stdout, 'root'),
  pwd: (_args, { stdout }) => print(stdout, '/'),
  uname: (_args, { stdout }) => print(stdout, 'Linux'),
  env: (_args, { stdout }, where) => print(stdout, environmentOf(where).join('\n')),
  async sleep([time = ''], io, { clock }) {
    await clock.sleep(durationMs(/[a-z]$/.test(time) ? time : `${time}s`) ?? 0, io.signal);
    return 0;
  },
  async cat(_args, { stdin, stdout }) {
    for await (const chunk of stdin) if (!stdout.write(chunk)) await once(stdout, 'drain');
    return 0;
  },
  async sh(args, io, where) {
    if (args[0] === '-c') return runLines((args[1] ?? '').split(/;|&&|\n/), io, where);
    return interactive(io, where);
  },
};

/** Resolves to the exit code. */
export async function runCommand(
  [name = '', ...args]: readonly string[],
  io: CommandIo,
  where: Where,
): Promise<number> {
  const short = name.split('/').at(-1)!;
  const command = commands[['bash', 'ash', 'dash'].includes(short) ? 'sh' : short];
  if (command) return command(args, io, where);
  print(io.stderr, `${short}: not found: this container is simulated and knows ${Object.keys(commands).join(', ')}`);
  return 127;
}

async function runLines(lines: readonly string[], io: CommandIo, where: Where): Promise<number> {
  let code = 0;
  for (const line of lines) {
    const words = line.match(/"[^"]*"|'[^']*'|\S+/g)?.map((w) => w.replace(/^(["'])(.*)\1$/, '$2')) ?? [];
    if (words.length) code = await runCommand(words, io, where);
    if (words[0] === 'exit') return code;
  }
  return code;
}

async function interactive(io: CommandIo, where: Where): Promise<number> {
  const prompt = () => io.tty && io.stdout.write('/ # ');
  let code = 0;
  prompt();
  // A terminal sends what is typed and expects to see it.
  if (io.tty) io.stdin.on('data', (typed: Buffer) => io.stdout.write(typed.toString().replace(/\r/g, '\r\n')));
  for await (const line of createInterface({ input: io.stdin, terminal: false })) {
    code = await runLines([line], io, where);
    if (/^\s*exit\b/.test(line)) return code;
    prompt();
  }
  return code;
}

function print(to: Writable, text: string): number {
  to.write(`${text}\n`);
  return 0;
}

function environmentOf({ pod, container }: Where): string[] {
  const { containers, initContainers = [] } = pod.spec;
  const env = [...containers, ...initContainers].find((c) => c.name === container)?.env ?? [];
  return ['PATH=/usr/bin:/bin', `HOSTNAME=${pod.metadata.name}`, ...env.map((e) => `${e.name}=${e.value ?? ''}`)];
}
