import { posix } from 'node:path';
import type { SimEntry } from './file-tree.ts';
import { line, type Process, type Program } from './process.ts';

/** Programs that look at files and change them. */
export const filePrograms: Readonly<Record<string, Program>> = {
  async ls(args, process) {
    const { flags, paths } = split(args);
    const { files } = process.machine;
    for (const path of paths.length ? paths : ['.']) {
      const whole = at(path, process);
      const found = files.entry(whole);
      const isOne = found.type === 'file' || flags.includes('d');
      const names = isOne ? [path] : files.list(whole).filter((n) => flags.includes('a') || !n.startsWith('.'));
      if (paths.length > 1 && !isOne) await line(process.stdout, `${path}:`);
      for (const name of names) {
        const entry = isOne ? found : files.entry(posix.join(whole, name));
        await line(process.stdout, flags.includes('l') ? longLine(name, entry) : name);
      }
    }
    return 0;
  },
  mkdir(args, process) {
    const { flags, paths } = split(args);
    for (const path of paths) process.machine.files.makeDirectory(at(path, process), { parents: flags.includes('p') });
    return 0;
  },
  rm(args, process) {
    const { flags, paths } = split(args);
    const { files } = process.machine;
    for (const path of paths) {
      if (flags.includes('f') && !files.find(at(path, process))) continue;
      files.remove(at(path, process), { recursive: /r/i.test(flags) });
    }
    return 0;
  },
  touch(args, process) {
    for (const path of split(args).paths)
      process.machine.files.write(at(path, process), new Uint8Array(), { append: true });
    return 0;
  },
  cp(args, process) {
    const { files } = process.machine;
    const { paths } = split(args);
    const to = at(paths.pop() ?? '', process);
    for (const path of paths) {
      const into = files.find(to)?.type === 'directory' ? posix.join(to, posix.basename(path)) : to;
      files.write(into, files.read(at(path, process)));
    }
    return 0;
  },
  test: (args, process) => (isTrue(args, process) ? 0 : 1),
  '[': (args, process) => (isTrue(args.slice(0, -1), process) ? 0 : 1),
};

const at = (path: string, { cwd }: Process) => posix.resolve(cwd, path);

function split(args: readonly string[]): { flags: string; paths: string[] } {
  const isFlag = (a: string) => /^-./.test(a);
  return { flags: args.filter(isFlag).join('').replaceAll('-', ''), paths: args.filter((a) => !isFlag(a)) };
}

function longLine(name: string, entry: SimEntry): string {
  const bits = [6, 3, 0].map((shift) => {
    const three = (entry.mode >> shift) & 7;
    return `${three & 4 ? 'r' : '-'}${three & 2 ? 'w' : '-'}${three & 1 ? 'x' : '-'}`;
  });
  const size = entry.type === 'file' ? entry.data.length : 4096;
  const time = new Date(entry.mtimeMs).toISOString().slice(0, 16).replace('T', ' ');
  return `${entry.type === 'file' ? '-' : 'd'}${bits.join('')} 1 root root ${String(size).padStart(8)} ${time} ${name}`;
}

function isTrue(args: readonly string[], process: Process): boolean {
  const [first = '', second, third] = args;
  if (first === '!') return !isTrue(args.slice(1), process);
  if (args.length === 1) return first !== '';
  if (args.length === 2) {
    if (first === '-z') return second === '';
    if (first === '-n') return second !== '';
    const entry = process.machine.files.find(at(second!, process));
    if (first === '-d') return entry?.type === 'directory';
    if (first === '-f') return entry?.type === 'file';
    if (first === '-s') return entry?.type === 'file' && entry.data.length > 0;
    return entry !== undefined;
  }
  const numbers: Readonly<Record<string, (a: number, b: number) => boolean>> = {
    '-eq': (a, b) => a === b,
    '-ne': (a, b) => a !== b,
    '-lt': (a, b) => a < b,
    '-le': (a, b) => a <= b,
    '-gt': (a, b) => a > b,
    '-ge': (a, b) => a >= b,
  };
  const compare = numbers[second ?? ''];
  if (compare) return compare(Number(first), Number(third));
  return second === '!=' ? first !== third : (second === '=' || second === '==') && first === third;
}
