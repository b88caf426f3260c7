import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '@tiphys/sdk/runtime';
import { Failure } from './failure.ts';

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
  store: join(dataDir, 'store'),
  pki: join(dataDir, 'pki'),
  adminKubeconfig: join(dataDir, 'admin.kubeconfig'),
  /** Who runs here: written by `up`, read by `status` and `down`. */
  state: join(dataDir, 'tiphys.json'),
  node: join(dataDir, 'node'),
  containerd: join(dataDir, 'node', 'containerd'),
});

export function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK);
  } catch (cause) {
    throw new Failure(
      `the data directory ${dataDir} can't be used (${reasonOf(cause)}): choose another with --data-dir`,
      { cause },
    );
  }
}

export function reasonOf(err: unknown): string {
  return (err as NodeJS.ErrnoException).code ?? messageOf(err);
}
