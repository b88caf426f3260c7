import { mkdir, statfs } from 'node:fs/promises';
import { type PodCgroups, systemCgroups, type CgroupDriver } from './cgroups/index.ts';
import type { KubeletConfig } from './config.ts';
import type { DiskUsage } from './garbage/index.ts';
import { type Machine, systemMachine } from './node/machine.ts';
import { type PodFiles, systemPodFiles } from './pods/pod-files.ts';
import { type PodVolumes, systemVolumes, type SystemVolumesDeps } from './volumes/index.ts';

/** The machine under the node agent, as far as it touches it itself rather than through the container runtime. */
export interface KubeletHost {
  readonly machine: Machine;
  readonly cgroups: PodCgroups;
  readonly files: PodFiles;
  /** Of the disk that a path is on. */
  readonly diskUsage: (path: string) => Promise<DiskUsage>;
  volumes(deps: VolumeSources): PodVolumes;
}

export type VolumeSources = Omit<SystemVolumesDeps, 'rootDir' | 'memory'>;

/** The machine we run on. `driver`: who makes cgroups, as the runtime does. */
export async function systemHost(config: KubeletConfig, driver: CgroupDriver): Promise<KubeletHost> {
  const { rootDir, podLogsDir, cgroupRoot } = config;
  await mkdir(rootDir, { recursive: true, mode: 0o750 });
  return {
    machine: await systemMachine(rootDir),
    cgroups: await systemCgroups(driver, cgroupRoot),
    files: systemPodFiles(rootDir, podLogsDir),
    diskUsage: async (path) => {
      const { blocks, bavail, bsize } = await statfs(path);
      return { bytes: blocks * bsize, availableBytes: bavail * bsize };
    },
    volumes: (deps) => systemVolumes({ ...deps, rootDir }),
  };
}
