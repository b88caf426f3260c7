import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where a cluster lives unless told: the system's place for root, the user's own otherwise (XDG base directories). */
export function defaultDataDir(env: NodeJS.ProcessEnv, isRoot: boolean): string {
  if (isRoot) return '/var/lib/tiphys';
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'tiphys');
}

/** Files of a data directory, each in one place. */
export const filesIn = (dataDir: string) => ({
  store: join(dataDir, 'store'),
  pki: join(dataDir, 'pki'),
  adminKubeconfig: join(dataDir, 'admin.kubeconfig'),
  /** Who runs here: written by `up`, read by `status` and `down`. */
  state: join(dataDir, 'tiphys.json'),
  node: join(dataDir, 'node'),
});
