import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '@tiphys/sdk/runtime';
import { unmountUnder } from '../host-mounts.ts';
import { containerdPaths, type ContainerdPaths } from './paths.ts';
import { endProcesses, findProcesses } from './processes.ts';
import { endEarlier } from './run-containerd.ts';

/**
 * Removes what a private containerd left: itself, should it run, its shims with their containers, its mounts and, with `data`,
 * its images and all other files. What its pods hold elsewhere (addresses, rules of the network) goes when its sandboxes are
 * stopped over CRI before.
 */
export async function removeContainerd(dir: string, { clock, data }: { clock: Clock; data: boolean }): Promise<void> {
  const paths = containerdPaths(dir);
  await endEarlier(paths, clock);
  const shims = await findProcesses((argv) => {
    const at = argv.indexOf('-address');
    return at >= 0 && argv[at + 1] === paths.socket && (argv[0] ?? '').includes('containerd-shim');
  });
  const contained = (await Promise.all(shims.map((s) => childrenOf(s.pid)))).flat();
  await endProcesses([...shims.map((s) => s.pid), ...contained], clock, 0);
  await removeShimSockets(paths);
  for (const path of [paths.state, paths.root]) await unmountUnder(path, { lazy: true });
  await rm(paths.state, { recursive: true, force: true });
  for (const socket of [paths.socket, `${paths.socket}.ttrpc`]) await rm(socket, { force: true });
  if (!paths.socket.startsWith(`${dir}/`)) await rm(dirname(paths.socket), { recursive: true, force: true });
  if (data) await rm(dir, { recursive: true, force: true });
}

/** The first processes of its containers; the kernel ends the others with them. */
async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => ''));
  return (await Promise.all(lists)).join(' ').split(' ').filter(Boolean).map(Number);
}

/** They lie in a directory that all containerds share. */
async function removeShimSockets({ state }: ContainerdPaths): Promise<void> {
  const tasks = join(state, 'io.containerd.runtime.v2.task', 'k8s.io');
  for (const id of await readdir(tasks).catch(() => [])) {
    const address = await readFile(join(tasks, id, 'address'), 'utf8').catch(() => '');
    if (address.startsWith('unix://')) await rm(address.slice('unix://'.length), { force: true });
  }
}
