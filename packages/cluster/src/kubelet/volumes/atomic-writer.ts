import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import type { Payload, PayloadFile } from '../../podspec/index.ts';

const dataLink = '..data';
const newDataLink = '..data_tmp';

/**
 * Writes files so that a reader sees all of a change or none: they lie in a directory of their own, the visible names point
 * through the link `..data`, and that link is swapped. Resolves to false when nothing had changed.
 */
export async function writeAtomically(target: string, payload: Payload, group?: number): Promise<boolean> {
  for (const path of payload.keys()) checkPath(path);
  const before = await readlink(join(target, dataLink)).catch(() => undefined);
  if (before !== undefined && (await isCurrent(join(target, before), payload))) return false;

  const directory = await mkdtemp(join(target, '..data-'));
  // The process in the container may be anybody.
  await chmod(directory, 0o755);
  for (const [path, file] of payload) await writePayloadFile(join(directory, path), file, group);
  await symlink(basename(directory), join(target, newDataLink));
  await rename(join(target, newDataLink), join(target, dataLink));

  const visible = new Set([...payload.keys()].map((path) => path.split('/')[0]!));
  for (const name of visible) await pointThrough(target, name);
  for (const name of await readdir(target)) {
    if (!name.startsWith('..') && !visible.has(name)) await rm(join(target, name), { recursive: true, force: true });
  }
  if (before !== undefined) await rm(join(target, before), { recursive: true, force: true });
  return true;
}

function checkPath(path: string): void {
  if (path === '' || posix.isAbsolute(path) || path.split('/').includes('..') || path.startsWith('..')) {
    throw new Error(`invalid path "${path}": must be relative and must not contain '..'`);
  }
}

async function isCurrent(directory: string, payload: Payload): Promise<boolean> {
  const held = await readdir(directory, { recursive: true, withFileTypes: true });
  if (held.filter((e) => e.isFile()).length !== payload.size) return false;
  for (const [path, { data, mode }] of payload) {
    const file = join(directory, path);
    const found = await readFile(file).catch(() => undefined);
    if (!found || !found.equals(data)) return false;
    // More may be allowed than was asked for: the volume's group.
    if (((await lstat(file)).mode & mode) !== mode) return false;
  }
  return true;
}

async function writePayloadFile(path: string, { data, mode, uid }: PayloadFile, group?: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeFile(path, data);
  if (uid !== undefined || group !== undefined) await chown(path, uid ?? 0, group ?? 0);
  // Past the umask.
  await chmod(path, mode);
}

async function pointThrough(target: string, name: string): Promise<void> {
  const link = join(target, name);
  const points = join(dataLink, name);
  if ((await readlink(link).catch(() => undefined)) === points) return;
  await rm(link, { recursive: true, force: true });
  await symlink(points, link);
}
