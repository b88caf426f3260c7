import { access, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Pod } from '@tiphys/sdk/api';
import { qosClassOf } from '../containers/qos.ts';
import { type CgroupDriver, cgroupParentOf, cgroupPathOf } from './cgroup-names.ts';
import type { PodCgroups } from './pod-cgroups.ts';
import { type CgroupLimits, podLimits } from './pod-limits.ts';

/** Pods' cgroups in the kernel's own tree. `mount`: where it is mounted. */
export async function systemCgroups(driver: CgroupDriver, root: string, mount = '/sys/fs/cgroup'): Promise<PodCgroups> {
  const isUnified = await isVersion2(mount);
  const hierarchies = isUnified ? [mount] : await controllers(mount);
  // Of version 1 the runtime makes the pod's group in every hierarchy, and removes its containers' alone.
  const all = isUnified ? [mount] : (await readdir(mount)).map((name) => join(mount, name));
  const pathOf = (pod: Pod) => cgroupPathOf(driver, root, qosClassOf(pod), pod.metadata.uid!);
  return {
    driver,
    parentOf: (pod) => cgroupParentOf(driver, root, qosClassOf(pod), pod.metadata.uid!),
    async ensure(pod) {
      // systemd makes slices itself, and would undo what others write there.
      if (driver === 'systemd') return;
      const limits = podLimits(pod);
      for (const hierarchy of hierarchies) {
        const path = join(hierarchy, pathOf(pod));
        if (isUnified) await makeUnified(mount, path);
        else await mkdir(path, { recursive: true });
        await (isUnified ? writeUnified(path, limits) : writeLegacy(path, limits));
      }
    },
    async remove(pod) {
      for (const hierarchy of all) await removeTree(join(hierarchy, pathOf(pod)));
    },
  };
}

/** Removes the whole tree of a root that no agent uses any more, from every hierarchy: the runtime made groups in all of them. */
export async function removeCgroups(root: string, mount = '/sys/fs/cgroup'): Promise<void> {
  const hierarchies = (await isVersion2(mount)) ? [mount] : (await readdir(mount)).map((name) => join(mount, name));
  for (const hierarchy of hierarchies) {
    for (const path of [join(hierarchy, root), join(hierarchy, `${root}.slice`)]) await removeTree(path);
  }
}

const isVersion2 = (mount: string): Promise<boolean> =>
  access(join(mount, 'cgroup.controllers')).then(
    () => true,
    () => false,
  );

/** The version 1 hierarchies that hold or bound pods, each mounted under its controllers' names. */
async function controllers(mount: string): Promise<string[]> {
  const wanted = new Set(['cpu', 'cpu,cpuacct', 'memory', 'pids']);
  return (await readdir(mount)).filter((name) => wanted.has(name)).map((name) => join(mount, name));
}

/** Each level has to pass its controllers on before the next can use them. */
async function makeUnified(mount: string, path: string): Promise<void> {
  if (path === mount) return;
  const parent = dirname(path);
  await makeUnified(mount, parent);
  await writeFile(join(parent, 'cgroup.subtree_control'), '+cpu +memory +pids').catch(ignoreBusy);
  await mkdir(path, { recursive: true });
}

async function writeUnified(path: string, limits: CgroupLimits): Promise<void> {
  const { cpuQuotaMicros, cpuPeriodMicros, memoryBytes } = limits;
  await writeFile(join(path, 'cpu.weight'), String(weightOf(limits.cpuShares)));
  await writeFile(join(path, 'cpu.max'), `${cpuQuotaMicros ?? 'max'} ${cpuPeriodMicros}`);
  await writeFile(join(path, 'memory.max'), String(memoryBytes ?? 'max'));
}

async function writeLegacy(path: string, limits: CgroupLimits): Promise<void> {
  const { cpuQuotaMicros = -1, cpuPeriodMicros, memoryBytes = -1 } = limits;
  const offered = new Set(await readdir(path));
  const write = async (file: string, value: number) => {
    if (offered.has(file)) await writeFile(join(path, file), String(value));
  };
  await write('cpu.shares', limits.cpuShares);
  await write('cpu.cfs_period_us', cpuPeriodMicros);
  await write('cpu.cfs_quota_us', cpuQuotaMicros);
  await write('memory.limit_in_bytes', memoryBytes);
}

/** Shares, from 2 to 262144, on version 2's scale from 1 to 10000. */
export const weightOf = (shares: number): number => Math.floor(1 + ((shares - 2) * 9999) / 262_142);

/** Groups can only be removed empty, the innermost first; processes left in one are ended. */
async function removeTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(ignoreMissing);
  if (!entries) return;
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name));
  const pids = (await readFile(join(path, 'cgroup.procs'), 'utf8')).split('\n').map(Number);
  // A process of another namespace is listed as 0, which would mean ourselves.
  for (const pid of pids.filter((p) => p > 0)) process.kill(pid, 'SIGKILL');
  await rmdir(path).catch(ignoreBusy);
}

function ignoreMissing(err: NodeJS.ErrnoException): undefined {
  if (err.code !== 'ENOENT') throw err;
}

/** Somebody else's processes sit there, or ended ones not reaped yet: the group stays, and does no harm. */
function ignoreBusy(err: NodeJS.ErrnoException): void {
  if (err.code !== 'EBUSY' && err.code !== 'ENOENT') throw err;
}
