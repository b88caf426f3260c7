import { execFile } from 'node:child_process';
import { access, constants, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { elfNeeds, isElf } from './elf.ts';
import { HostTree } from './host-tree.ts';
import { ociImage, type OciImage } from './oci-image.ts';
import { tarOf } from '../../tar/index.ts';

export interface FromHostOptions {
  /** Programs, other files and directories; a name without a slash is looked for in `path`. The first is the entry point. */
  readonly files: readonly string[];
  readonly architecture: string;
  /** Where programs are looked for. */
  readonly path: string;
}

const run = promisify(execFile);

const usualPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** What programs expect of a system, however small. */
const system = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  '/etc/group': 'root:x:0:\nnogroup:x:65534:\n',
  '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};
const directories = { '/tmp': 0o1777, '/var/tmp': 0o1777, '/run': 0o755, '/root': 0o700 };

/**
 * An image out of files of this machine and what they need to run: libraries, the loader, interpreters, the links that lead to
 * them. With it a machine that reaches no registry has something to run.
 */
export async function imageFromHost({ files, architecture, path }: FromHostOptions): Promise<OciImage> {
  if (files.length === 0) throw new Error('an image needs at least one file');
  const tree = new HostTree();
  const paths = await Promise.all(files.map((file) => located(file, path)));
  for (const file of paths) await tree.add(file);
  await addNeeds(tree, path);
  for (const file of paths) if (basename(file) === 'busybox') await addApplets(tree, file);
  for (const [name, mode] of Object.entries(directories)) tree.make(name, { type: 'directory', mode });
  for (const [name, text] of Object.entries(system)) {
    tree.make(name, { type: 'file', mode: 0o644, data: Buffer.from(text) });
  }
  // Programs that were asked for by name are found by it.
  const dirs = paths.filter((p) => !files.includes(p)).map((p) => dirname(p));
  const env = [`PATH=${[...new Set([...usualPath, ...dirs])].join(':')}`];
  return ociImage(tarOf(tree.entries()), { architecture, entrypoint: [paths[0]!], env });
}

async function located(file: string, path: string): Promise<string> {
  if (isAbsolute(file)) return file;
  if (file.includes('/')) throw new Error(`${file}: files are named by their absolute path, programs by their name`);
  for (const dir of path.split(':')) {
    if (dir && (await isExecutable(join(dir, file)))) return join(dir, file);
  }
  throw new Error(`${file}: no such program in ${path}`);
}

/** Until nothing new is asked for: libraries need libraries. */
async function addNeeds(tree: HostTree, path: string): Promise<void> {
  const systemDirs = await libraryDirs();
  const seen = new Set<string>();
  for (;;) {
    const fresh = tree.files.filter((f) => !seen.has(f));
    if (fresh.length === 0) return;
    for (const file of fresh) {
      seen.add(file);
      const data = tree.data(file)!;
      if (isElf(data)) await addLibraries(tree, file, data, systemDirs);
      else if (data.subarray(0, 2).toString() === '#!') await addInterpreter(tree, data, path);
    }
  }
}

async function addLibraries(tree: HostTree, file: string, data: Buffer, systemDirs: readonly string[]): Promise<void> {
  const { interpreter, libraries, searchPaths } = elfNeeds(data);
  if (interpreter) {
    await tree.add(interpreter);
    // Where the loader finds libraries that lie in no usual place.
    if (await isThere('/etc/ld.so.cache')) await tree.add('/etc/ld.so.cache');
  }
  const own = searchPaths.map((p) => p.replaceAll(/\$ORIGIN|\$\{ORIGIN\}/g, dirname(file)));
  for (const library of libraries) {
    const found = await firstThere([...own, ...systemDirs].map((dir) => join(dir, library)));
    if (!found) throw new Error(`${file} needs the library ${library}, which is nowhere to be found`);
    await tree.add(found);
  }
}

/** `#!/usr/bin/env python3` needs both. */
async function addInterpreter(tree: HostTree, script: Buffer, path: string): Promise<void> {
  const [interpreter = '', argument] = script.toString('utf8', 2, 256).split('\n')[0]!.trim().split(/\s+/);
  if (!isAbsolute(interpreter)) return;
  await tree.add(interpreter);
  if (basename(interpreter) === 'env' && argument && !argument.startsWith('-'))
    await tree.add(await located(argument, path));
}

/** One program under many names; it knows them itself. */
async function addApplets(tree: HostTree, busybox: string): Promise<void> {
  const { stdout } = await run(busybox, ['--list-full']);
  for (const name of stdout.split('\n').filter(Boolean)) {
    tree.make(`/${name}`, { type: 'link', target: busybox, mode: 0o777 });
  }
}

const usualDirs = ['/lib64', '/usr/lib64', '/lib', '/usr/lib', '/usr/local/lib'];

async function libraryDirs(): Promise<string[]> {
  return [...(await configuredDirs('/etc/ld.so.conf')), ...usualDirs];
}

/** The directories that a loader's configuration lists, and those of the files it includes. */
async function configuredDirs(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const dirs: string[] = [];
  for (const line of text.split('\n').map((l) => l.replace(/#.*/, '').trim())) {
    if (line.startsWith('/')) dirs.push(line);
    const included = /^include\s+(\S+)\/\*\.conf$/.exec(line)?.[1];
    if (!included) continue;
    const names = (await readdir(included).catch((): string[] => [])).toSorted();
    for (const name of names) if (name.endsWith('.conf')) dirs.push(...(await configuredDirs(join(included, name))));
  }
  return dirs;
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isThere(path)) return path;
  return undefined;
}

const isThere = (path: string, mode: number = constants.F_OK): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );

const isExecutable = (path: string) => isThere(path, constants.X_OK);
