import { timestamp } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import type { ContainerStats, ContainerRuntime, PodSandboxStats } from '../cri/index.ts';
import { containerNameLabel, podNameLabel, podNamespaceLabel, podUidLabel } from '../containers/labels.ts';
import type { Machine } from '../node/machine.ts';

export interface CpuSummary {
  readonly time: string;
  readonly usageNanoCores?: number;
  readonly usageCoreNanoSeconds?: number;
}

export interface MemorySummary {
  readonly time: string;
  readonly availableBytes?: number;
  readonly usageBytes?: number;
  readonly workingSetBytes?: number;
  readonly rssBytes?: number;
  readonly pageFaults?: number;
  readonly majorPageFaults?: number;
}

interface Usage {
  readonly cpu?: CpuSummary;
  readonly memory?: MemorySummary;
}

export interface ContainerSummary extends Usage {
  readonly name: string;
  readonly startTime?: string;
}

export interface PodSummary extends Usage {
  readonly podRef: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly startTime?: string;
  readonly containers: readonly ContainerSummary[];
}

/** `/stats/summary` (upstream's stats/v1alpha1), as far as a CRI runtime and the machine tell. */
export interface Summary {
  readonly node: Usage & { readonly nodeName: string; readonly fs?: FilesystemSummary };
  readonly pods: readonly PodSummary[];
}

interface FilesystemSummary {
  readonly time: string;
  readonly availableBytes: number;
  readonly capacityBytes: number;
  readonly inodesFree: number;
  readonly inodes: number;
}

export interface SummaryDeps {
  readonly nodeName: string;
  readonly runtime: ContainerRuntime;
  readonly machine: Machine;
  readonly clock: Clock;
}

export async function summaryOf(
  { nodeName, runtime, machine, clock }: SummaryDeps,
  signal: AbortSignal,
): Promise<Summary> {
  const [containers, sandboxes, usage] = await Promise.all([
    runtime.listContainerStats({}, { signal }),
    // Runtimes too old to know pods' own usage still know their containers'.
    runtime.listPodSandboxStats({ signal }).catch((): PodSandboxStats[] => []),
    machine.usage(),
  ]);
  const pods = new Map<string, { podRef: PodSummary['podRef']; containers: ContainerSummary[] }>();
  for (const stats of containers) {
    const labels = stats.attributes?.labels ?? {};
    const uid = labels[podUidLabel];
    if (!uid) continue;
    const podRef = { name: labels[podNameLabel] ?? '', namespace: labels[podNamespaceLabel] ?? '', uid };
    const pod = pods.get(uid) ?? { podRef, containers: [] };
    pod.containers.push({ name: labels[containerNameLabel] ?? '', ...usageOf(stats) });
    pods.set(uid, pod);
  }
  const own = new Map(sandboxes.map((s) => [s.attributes?.labels[podUidLabel] ?? '', s.linux]));
  const time = timestamp(clock.now());
  const { memoryAvailableBytes: availableBytes } = usage;
  const cpuNanoSeconds = usage.cpuNanoSeconds;
  const workingSetBytes = machine.facts.memoryBytes - availableBytes;
  return {
    node: {
      nodeName,
      ...(cpuNanoSeconds !== undefined && { cpu: { time, usageCoreNanoSeconds: cpuNanoSeconds } }),
      memory: { time, availableBytes, workingSetBytes },
      fs: {
        time,
        availableBytes: usage.diskAvailableBytes,
        capacityBytes: usage.diskBytes,
        inodesFree: usage.inodesFree,
        inodes: usage.inodes,
      },
    },
    pods: [...pods.values()].map((pod) => ({ ...pod, ...podUsage(own.get(pod.podRef.uid), pod.containers, time) })),
  };
}

function podUsage(
  own: PodSandboxStats['linux'] | undefined,
  containers: readonly ContainerSummary[],
  time: string,
): Usage {
  return own?.cpu ? usageOf(own) : sumOf(containers, time);
}

type Amount = { readonly value: number } | null;

function usageOf({ cpu, memory }: Pick<ContainerStats, 'cpu' | 'memory'>): Usage {
  return {
    ...(cpu && {
      cpu: {
        time: timeOf(cpu.timestamp),
        ...amounts({ usageNanoCores: cpu.usageNanoCores, usageCoreNanoSeconds: cpu.usageCoreNanoSeconds }),
      },
    }),
    ...(memory && {
      memory: {
        time: timeOf(memory.timestamp),
        ...amounts({
          availableBytes: memory.availableBytes,
          usageBytes: memory.usageBytes,
          workingSetBytes: memory.workingSetBytes,
          rssBytes: memory.rssBytes,
          pageFaults: memory.pageFaults,
          majorPageFaults: memory.majorPageFaults,
        }),
      },
    }),
  };
}

/** Those that the runtime tells; it leaves out what it doesn't know. */
function amounts<K extends string>(given: Readonly<Record<K, Amount>>): Partial<Record<K, number>> {
  const known: Partial<Record<K, number>> = {};
  for (const name of Object.keys(given) as K[]) if (given[name]) known[name] = given[name].value;
  return known;
}

const timeOf = (nanoseconds: number): string => timestamp(Math.floor(nanoseconds / 1e6));

/** The sum of what parts use, as of now; undefined amounts count for nothing. */
function sumOf(parts: readonly Usage[], time: string): Usage {
  const sum = (of: (part: Usage) => number | undefined) => parts.reduce((all, part) => all + (of(part) ?? 0), 0);
  return {
    cpu: {
      time,
      usageNanoCores: sum((p) => p.cpu?.usageNanoCores),
      usageCoreNanoSeconds: sum((p) => p.cpu?.usageCoreNanoSeconds),
    },
    memory: { time, workingSetBytes: sum((p) => p.memory?.workingSetBytes) },
  };
}
