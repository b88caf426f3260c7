import { posix } from 'node:path';
import { messageOf } from '@tiphys/sdk/runtime';
import { readTar, type TarEntry, tarOf } from '../../tar/index.ts';
import type { FileTree } from './file-tree.ts';
import { bytesOf, line, type Program } from './process.ts';

/** `tar` as `kubectl cp` calls it: `tar cf - PATH…` out of the container, `tar -xmf - -C DIRECTORY` into it. */
export const tarProgram: Program = async (args, process) => {
  const { stdin, stdout, stderr, machine, cwd } = process;
  const [mode, file, directory, paths] = parse(args);
  const base = posix.resolve(cwd, directory);
  if (mode === 'c') {
    const archive = tarOf(paths.flatMap((path) => entriesOf(machine.files, base, path)));
    if (file === '-') await stdout(archive);
    else machine.files.write(posix.resolve(cwd, file), archive);
    return 0;
  }
  const archive = file === '-' ? await bytesOf(stdin) : Buffer.from(machine.files.read(posix.resolve(cwd, file)));
  try {
    for (const entry of readTar(archive)) {
      if (mode === 't') await line(stdout, entry.path);
      else extract(machine.files, posix.join(base, entry.path), entry);
    }
    return 0;
  } catch (err) {
    await line(stderr, `tar: ${messageOf(err)}`);
    return 2;
  }
};

function parse(args: readonly string[]): [mode: string, file: string, directory: string, paths: string[]] {
  let [mode, file, directory] = ['', '-', '.'];
  const paths: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg.startsWith('--') || (arg === '-' && !paths.length)) continue;
    const letters = i === 0 ? arg.replace(/^-/, '') : arg.startsWith('-') ? arg.slice(1) : undefined;
    if (letters === undefined) paths.push(arg);
    for (const letter of letters ?? '') {
      if ('cxt'.includes(letter)) mode = letter;
      else if (letter === 'f') file = args[++i] ?? '-';
      else if (letter === 'C') directory = args[++i] ?? '.';
    }
  }
  return [mode, file, directory, paths];
}

function entriesOf(files: FileTree, base: string, path: string): TarEntry[] {
  const found = files.entry(posix.resolve(base, path));
  const about = { path: path.replace(/^\/+/, '') || '.', mode: found.mode, mtimeSeconds: found.mtimeMs / 1000 };
  if (found.type === 'file') return [{ type: 'file', ...about, data: found.data }];
  const below = [...found.entries.keys()].toSorted().flatMap((name) => entriesOf(files, base, posix.join(path, name)));
  return [{ type: 'directory', ...about }, ...below];
}

function extract(files: FileTree, path: string, entry: TarEntry): void {
  if (entry.type === 'directory') return files.makeDirectory(path, { parents: true, mode: entry.mode });
  files.makeDirectory(posix.dirname(path), { parents: true });
  // There are no links in here: a copy does.
  const target = entry.type === 'link' ? files.find(posix.resolve(posix.dirname(path), entry.target)) : undefined;
  if (entry.type === 'file') files.write(path, entry.data, { mode: entry.mode });
  else if (target?.type === 'file') files.write(path, target.data, { mode: target.mode });
}
