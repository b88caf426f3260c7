import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Failure } from './failure.ts';
import { type Lock, lockDirectory } from './lock.ts';

/** How files lie in a data directory; moves when an older Tiphys could not read what a newer one wrote. */
const formatVersion = 1;

/** Where a cluster lives unless told: the system's place for root, the user's own otherwise (XDG base directories). */
export function defaultDataDir(env: NodeJS.ProcessEnv, isRoot: boolean): string {
  if (isRoot) return '/var/lib/tiphys';
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'tiphys');
}

/** For what can be made again. */
export function cacheDir(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tiphys');
}

/** Files of a data directory, each in one place. */
export const filesIn = (dataDir: string) => ({
  format: join(dataDir, 'format'),
  store: join(dataDir, 'store'),
  pki: join(dataDir, 'pki'),
  adminKubeconfig: join(dataDir, 'admin.kubeconfig'),
  /** Who runs here: written by `up`, read by `status` and `down`. */
  state: join(dataDir, 'tiphys.json'),
  node: join(dataDir, 'node'),
});

/** Makes the directory ours for as long as the process lives. */
export async function openDataDir(dataDir: string): Promise<Lock> {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Failure(
      `the data directory ${dataDir} can't be made (${reasonOf(cause)}): choose another with --data-dir`,
      {
        cause,
      },
    );
  }
  const lock = await lockDirectory(dataDir);
  try {
    checkFormat(dataDir);
    return lock;
  } catch (err) {
    lock.release();
    throw err;
  }
}

function checkFormat(dataDir: string): void {
  const { format } = filesIn(dataDir);
  let found: number;
  try {
    found = Number(readFileSync(format, 'utf8'));
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'ENOENT') throw err;
    writeFileSync(format, `${formatVersion}\n`);
    return;
  }
  if (found <= formatVersion) return;
  throw new Failure(
    `the data directory ${dataDir} was written by a newer Tiphys (format ${found}, this one knows ${formatVersion}): ` +
      `start that version, choose another --data-dir, or give the data up with: tiphys reset --data-dir ${dataDir}`,
  );
}

export function reasonOf(err: unknown): string {
  return (err as NodeJS.ErrnoException).code ?? (err instanceof Error ? err.message : String(err));
}
