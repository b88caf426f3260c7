import { mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';

/**
 * The real path of `subPath` in a volume; directories that aren't there are made. What the volume holds was written by
 * containers, so links are followed first and what leads out of the volume is refused.
 */
export async function subPathWithin(volume: string, subPath: string): Promise<string> {
  const within = normalize(subPath);
  if (within.startsWith('/') || within.split(sep).includes('..'))
    throw new Error(`subPath ${subPath} leaves the volume`);
  const root = await realpath(volume);
  const target = join(root, within);
  const { existing, real } = await nearest(target);
  if (!isWithin(root, real)) throw new Error(`subPath ${subPath} leads out of the volume`);
  if (existing === target) return real;
  const made = join(real, target.slice(existing.length));
  await mkdir(made, { recursive: true, mode: (await stat(real)).mode & 0o7777 });
  return made;
}

/** The nearest ancestor that is there (the path itself when it is), as written and as it really is. */
async function nearest(path: string): Promise<{ existing: string; real: string }> {
  try {
    return { existing: path, real: await realpath(path) };
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw err;
    return nearest(dirname(path));
  }
}

const isWithin = (root: string, path: string) => path === root || path.startsWith(`${root}${sep}`);
