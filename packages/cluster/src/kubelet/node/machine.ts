import { readFile, statfs } from 'node:fs/promises';
import os from 'node:os';

/** What the machine is and how it does: read through here, so that a node can be tested on any machine. */
export interface Machine {
  readonly facts: MachineFacts;
  usage(): Promise<MachineUsage>;
}

export interface MachineFacts {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly hugepages: Readonly<Record<string, number>>;
  readonly architecture: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  readonly machineID: string;
  readonly systemUUID: string;
  readonly bootID: string;
  readonly swapBytes: number;
}

/** What is left now. */
export interface MachineUsage {
  readonly memoryAvailableBytes: number;
  readonly diskAvailableBytes: number;
  readonly diskBytes: number;
  readonly inodesFree: number;
  readonly inodes: number;
  readonly pids: number;
  readonly pidLimit: number;
  /** What all processors have worked since the machine started. */
  readonly cpuNanoSeconds?: number;
}

/** The machine we run on; `rootDir` lies on the disk that pods fill. */
export async function systemMachine(rootDir: string): Promise<Machine> {
  const [memory, disk] = [await memInfo(), await statfs(rootDir)];
  const hugepageBytes = (memory.get('Hugepagesize') ?? 2048) * 1024;
  const facts: MachineFacts = {
    cpus: os.availableParallelism(),
    memoryBytes: (memory.get('MemTotal') ?? 0) * 1024,
    diskBytes: disk.blocks * disk.bsize,
    hugepages: { [`hugepages-${hugepageBytes / 1024 ** 2}Mi`]: (memory.get('HugePages_Total') ?? 0) * hugepageBytes },
    architecture: { x64: 'amd64', ia32: '386' }[os.arch() as string] ?? os.arch(),
    kernelVersion: os.release(),
    osImage: osImageOf(await text('/etc/os-release')),
    machineID: await text('/etc/machine-id'),
    systemUUID: (await text('/sys/class/dmi/id/product_uuid')) || (await text('/etc/machine-id')),
    bootID: await text('/proc/sys/kernel/random/boot_id'),
    swapBytes: (memory.get('SwapTotal') ?? 0) * 1024,
  };
  return {
    facts,
    async usage() {
      const [now, free, loadavg] = [await memInfo(), await statfs(rootDir), await text('/proc/loadavg')];
      return {
        memoryAvailableBytes: (now.get('MemAvailable') ?? 0) * 1024,
        diskAvailableBytes: free.bavail * free.bsize,
        diskBytes: free.blocks * free.bsize,
        inodesFree: free.ffree,
        inodes: free.files,
        pids: Number(loadavg.split(' ')[3]?.split('/')[1] ?? 0),
        cpuNanoSeconds:
          os.cpus().reduce((all, { times }) => all + times.user + times.nice + times.sys + times.irq, 0) * 1e6,
        pidLimit: Number(await text('/proc/sys/kernel/pid_max')) || 32_768,
      };
    },
  };
}

/** `Name: number kB` by name, in KiB or pieces. */
async function memInfo(): Promise<Map<string, number>> {
  const lines = (await text('/proc/meminfo')).split('\n');
  return new Map(lines.map((line) => [line.split(':')[0] ?? '', Number.parseInt(line.split(':')[1] ?? '0', 10)]));
}

const osImageOf = (release: string): string => /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? 'Linux';

/** Not every machine has every file. */
const text = (path: string): Promise<string> =>
  readFile(path, 'utf8').then(
    (t) => t.trim(),
    () => '',
  );
