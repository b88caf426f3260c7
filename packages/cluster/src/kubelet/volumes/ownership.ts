import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const setGroupId = 0o2000;

/**
 * Makes a volume readable (and writable, unless it is read-only) to a group, down to its last file, and new files in it the
 * group's too. `OnRootMismatch` spares the walk when the top is right already.
 */
export async function giveToGroup(
  path: string,
  group: number,
  { readOnly, onlyOnMismatch }: { readOnly: boolean; onlyOnMismatch: boolean },
): Promise<void> {
  const mask = readOnly ? { file: 0o440, directory: 0o550 } : { file: 0o660, directory: 0o770 };
  if (onlyOnMismatch) {
    const { gid, mode } = await lstat(path);
    const wanted = mask.directory | setGroupId;
    if (gid === group && (mode & wanted) === wanted) return;
  }
  await give(path, group, mask);
}

async function give(path: string, group: number, mask: { file: number; directory: number }): Promise<void> {
  const found = await lstat(path);
  await lchown(path, found.uid, group);
  if (found.isSymbolicLink()) return;
  if (!found.isDirectory()) return chmod(path, (found.mode & 0o7777) | mask.file);
  for (const name of await readdir(path)) await give(join(path, name), group, mask);
  await chmod(path, (found.mode & 0o7777) | mask.directory | setGroupId);
}
