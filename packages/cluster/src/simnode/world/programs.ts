import { posix } from 'node:path';
import { timestamp } from '@tiphys/sdk/machinery';
import { isAbort } from '@tiphys/sdk/runtime';
import { durationMs } from '../behaviour.ts';
import { filePrograms } from './file-programs.ts';
import { FileProblem } from './file-tree.ts';
import { line, type Process, type Program } from './process.ts';
import { shellOf } from './shell.ts';
import { tarProgram } from './tar-program.ts';
import { textPrograms } from './text-programs.ts';
import { terminatedCode, untilAborted } from './until-aborted.ts';

/** As a shell tells of a program that isn't there. */
const notFound = 127;

const programs: Readonly<Record<string, Program>> = {
  true: () => 0,
  false: () => 1,
  async hostname(_args, { stdout, machine }) {
    await line(stdout, machine.hostname);
    return 0;
  },
  async date([format], { stdout, machine }) {
    const now = machine.clock.now();
    await line(stdout, format === '+%s' ? String(Math.floor(now / 1000)) : dateText(now));
    return 0;
  },
  async whoami(_args, { stdout }) {
    await line(stdout, 'root');
    return 0;
  },
  async id(args, { stdout }) {
    await line(stdout, args.length ? '0' : 'uid=0(root) gid=0(root) groups=0(root)');
    return 0;
  },
  async pwd(_args, { stdout, cwd }) {
    await line(stdout, cwd);
    return 0;
  },
  async uname(args, { stdout, machine }) {
    await line(stdout, args.includes('-a') ? `Linux ${machine.hostname} simulated` : 'Linux');
    return 0;
  },
  async env(args, { stdout, env }) {
    if (args.length) return notFound;
    for (const [name, value] of env) await line(stdout, `${name}=${value}`);
    return 0;
  },
  async printenv([name], { stdout, env }) {
    if (name === undefined) for (const [n, value] of env) await line(stdout, `${n}=${value}`);
    else if (!env.has(name)) return 1;
    else await line(stdout, env.get(name)!);
    return 0;
  },
  async sleep(times, { machine, signal }) {
    if (times.includes('infinity')) return untilAborted(signal);
    const ms = times.reduce((sum, t) => sum + (durationMs(/[a-z]$/.test(t) ? t : `${t}s`) ?? 0), 0);
    await machine.clock.sleep(ms, signal);
    return 0;
  },
  ...filePrograms,
  ...textPrograms,
  tar: tarProgram,
  sh: (args, process) => shellOf(runProgram)(args, process),
};

const shells = new Set(['bash', 'ash', 'dash']);

/** The program of a name as people write it, if it is one that is simulated. */
function programOf(name: string): Program | undefined {
  const short = posix.basename(name);
  const known = shells.has(short) ? 'sh' : short;
  return Object.hasOwn(programs, known) ? programs[known] : undefined;
}

export const isSimulated = (name: string): boolean => programOf(name) !== undefined;

/** Runs a program to its end; resolves to its exit code. */
export async function runProgram([name = '', ...args]: readonly string[], process: Process): Promise<number> {
  const program = programOf(name);
  try {
    if (program) return await program(args, process);
    return await process.machine.otherProgram(name, process);
  } catch (err) {
    if (process.signal.aborted && isAbort(err)) return terminatedCode;
    if (!(err instanceof FileProblem)) throw err;
    await line(process.stderr, `${posix.basename(name)}: ${err.message}`);
    return 1;
  }
}

/** For those who ask for a program that isn't there. */
export async function refuseProgram(name: string, { stderr }: Process): Promise<number> {
  const known = Object.keys(programs).toSorted().join(', ');
  await line(stderr, `${posix.basename(name)}: not found: this container is simulated and knows ${known}`);
  return notFound;
}

/** `Thu Nov 26 04:56:16 UTC 2026` */
function dateText(ms: number): string {
  const [, week, day, month, year, time] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(timestamp(ms)).toUTCString()) ?? [];
  return `${week} ${month} ${day} ${time} UTC ${year}`;
}
