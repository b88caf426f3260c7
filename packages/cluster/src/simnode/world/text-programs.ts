import { posix } from 'node:path';
import { messageOf } from '@tiphys/sdk/runtime';
import { bytesOf, line, type Output, type Process, type Program } from './process.ts';
import { untilAborted } from './until-aborted.ts';

/** Programs that read files, or what comes in, and tell of it. */
export const textPrograms: Readonly<Record<string, Program>> = {
  async echo(args, { stdout }) {
    const [flag = ''] = args;
    const isFlag = /^-[ne]+$/.test(flag);
    const words = (isFlag ? args.slice(1) : args).join(' ');
    const text = isFlag && flag.includes('e') ? unescaped(words) : words;
    await stdout(Buffer.from(isFlag && flag.includes('n') ? text : `${text}\n`));
    return 0;
  },
  async printf([format = '', ...args], { stdout }) {
    let left = args;
    const once = () =>
      unescaped(format).replace(/%([sd%])/g, (_whole, kind: string) => {
        if (kind === '%') return '%';
        const [value = kind === 'd' ? '0' : ''] = left;
        left = left.slice(1);
        return value;
      });
    let text = once();
    while (left.length && /%[sd]/.test(format)) text += once();
    await stdout(Buffer.from(text));
    return 0;
  },
  async cat(args, process) {
    if (!args.length || args[0] === '-') {
      for await (const chunk of process.stdin) await process.stdout(chunk);
      return 0;
    }
    return forEach(args, process, (data, { stdout }) => stdout(data));
  },
  async head(args, process) {
    const { count, files } = countOf(args);
    const lines = linesOf(await contents(files, process));
    await print(process.stdout, lines.slice(0, count));
    return 0;
  },
  async tail(args, process) {
    const follows = args.some((a) => /^-[a-z]*[fF]$/.test(a));
    const { count, files } = countOf(args.filter((a) => !/^-[fF]$/.test(a)));
    const paths = files.filter((f) => f !== '/dev/null');
    if (paths.length || !follows) await print(process.stdout, linesOf(await contents(paths, process)).slice(-count));
    return follows ? untilAborted(process.signal) : 0;
  },
  async wc(args, process) {
    const files = args.filter((a) => !a.startsWith('-'));
    const data = await contents(files, process);
    const text = data.toString();
    const counts = { l: text.split('\n').length - 1, w: text.match(/\S+/g)?.length ?? 0, c: data.length };
    const asked = (['l', 'w', 'c'] as const).filter((c) => args.some((a) => a.startsWith('-') && a.includes(c)));
    await line(
      process.stdout,
      [...(asked.length ? asked : (['l', 'w', 'c'] as const)).map((c) => counts[c]), ...files].join(' '),
    );
    return 0;
  },
  async grep(args, process) {
    const flags = args.filter((a) => /^-[a-zA-Z]+$/.test(a)).join('');
    const [pattern = '', ...files] = args.filter((a) => !/^-[a-zA-Z]+$/.test(a));
    const [fold, inverted] = [flags.includes('i'), flags.includes('v')];
    const same = (text: string) => (fold ? text.toLowerCase() : text);
    const found = linesOf(await contents(files, process)).filter((l) => same(l).includes(same(pattern)) !== inverted);
    if (!flags.includes('q')) await print(process.stdout, flags.includes('c') ? [String(found.length)] : found);
    return found.length ? 0 : 1;
  },
  async seq(args, { stdout }) {
    const [first, step, last] =
      args.length > 2 ? args.map(Number) : [args.length > 1 ? Number(args[0]) : 1, 1, Number(args.at(-1))];
    const numbers: string[] = [];
    for (let n = first!; step! > 0 && n <= last! && numbers.length < 100_000; n += step!) numbers.push(String(n));
    await print(stdout, numbers);
    return 0;
  },
};

/** Goes on after a file that can't be read, and ends with 1 then. */
async function forEach(
  paths: readonly string[],
  process: Process,
  use: (data: Uint8Array, process: Process) => void | Promise<void>,
): Promise<number> {
  let code = 0;
  for (const path of paths) {
    try {
      await use(process.machine.files.read(posix.resolve(process.cwd, path)), process);
    } catch (err) {
      await line(process.stderr, `cat: ${messageOf(err)}`);
      code = 1;
    }
  }
  return code;
}

async function contents(files: readonly string[], { stdin, machine, cwd }: Process): Promise<Buffer> {
  if (!files.length) return bytesOf(stdin);
  return Buffer.concat(files.map((f) => machine.files.read(posix.resolve(cwd, f))));
}

function countOf(args: readonly string[]): { count: number; files: string[] } {
  const files: string[] = [];
  let count = 10;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '-n') count = Number(args[++i]);
    else if (/^-n?\d+$/.test(arg)) count = Number(arg.replace(/^-n?/, ''));
    else files.push(arg);
  }
  return { count, files };
}

const linesOf = (data: Buffer): string[] => data.toString().replace(/\n$/, '').split('\n');

const print = async (to: Output, lines: readonly string[]) => {
  if (lines.length) await to(Buffer.from(`${lines.join('\n')}\n`));
};

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\' };

const unescaped = (text: string) => text.replace(/\\([ntr\\])/g, (_whole, c: string) => escapes[c]!);
