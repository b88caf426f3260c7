import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

export interface RotationOptions {
  /** Of one container, the one being written included. */
  readonly maxFiles: number;
  readonly nowMs: number;
  /** Makes the runtime write to a new file. */
  readonly reopen: () => Promise<void>;
}

const packed = '.gz';
const unfinished = '.tmp';

/**
 * Moves a log out of the way and has a new one begun. Of the older ones, as many are kept as `maxFiles` allows, packed but for
 * the newest, which readers may still be at.
 */
export async function rotateLog(path: string, { maxFiles, nowMs, reopen }: RotationOptions): Promise<void> {
  const older = await olderLogs(path);
  // One is being written, one is made below.
  const excess = older.slice(0, Math.max(0, older.length - Math.max(0, maxFiles - 2)));
  for (const file of excess) await rm(file, { force: true });
  for (const file of older.slice(excess.length)) if (!file.endsWith(packed)) await pack(file);
  const moved = `${path}.${stampOf(nowMs)}`;
  await rename(path, moved);
  try {
    await reopen();
  } catch (err) {
    // Or nobody would find what is written from now on.
    await rename(moved, path);
    throw err;
  }
}

/** What was rotated out of a log, the oldest first. Leftovers of a broken-off packing go. */
async function olderLogs(path: string): Promise<string[]> {
  const directory = dirname(path);
  const names = (await readdir(directory)).filter((name) => name.startsWith(`${basename(path)}.`));
  for (const name of names) if (name.endsWith(unfinished)) await rm(join(directory, name), { force: true });
  return names
    .filter((name) => !name.endsWith(unfinished))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => join(directory, name));
}

async function pack(path: string): Promise<void> {
  const target = `${path}${packed}`;
  const { mode } = await stat(path);
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${target}${unfinished}`, { mode }));
  await rename(`${target}${unfinished}`, target);
  await rm(path);
}

/** `20060102-150405`, as upstream names them. */
function stampOf(ms: number): string {
  const [date = '', time = ''] = new Date(ms).toISOString().split(/[T.]/);
  return `${date.replaceAll('-', '')}-${time.replaceAll(':', '')}`;
}
