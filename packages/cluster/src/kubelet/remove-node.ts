import { rm } from 'node:fs/promises';
import { removeCgroups } from './cgroups/index.ts';
import type { KubeletConfig } from './config.ts';
import { unmountUnder } from './host-mounts.ts';

/** Removes what a node agent left on the machine: volumes with their mounts, logs, cgroups. Its pods must have ended before. */
export async function removeNode({
  rootDir,
  podLogsDir,
  cgroupRoot,
}: Pick<KubeletConfig, 'rootDir' | 'podLogsDir' | 'cgroupRoot'>): Promise<void> {
  await unmountUnder(rootDir, { lazy: true });
  await rm(rootDir, { recursive: true, force: true });
  await rm(podLogsDir, { recursive: true, force: true });
  await removeCgroups(cgroupRoot);
}
