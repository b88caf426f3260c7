import type { NodeCondition } from '@tiphys/sdk/api';
import type { MachineUsage } from './machine.ts';

/** Upstream's hard thresholds. */
const least = { memoryBytes: 100 * 1024 ** 2, diskFraction: 0.1, inodesFraction: 0.05 };
const mostPidsFraction = 0.95;

export interface NodeHealth {
  readonly usage: MachineUsage;
  readonly memoryCapacityBytes: number;
  /** Why the node can't run pods; each is a sentence. */
  readonly problems: readonly string[];
}

type Verdict = Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>;

/** The node's conditions in the order in which it writes them. */
export function nodeConditions({ usage, problems }: NodeHealth): Verdict[] {
  const hasDisk = usage.diskAvailableBytes >= usage.diskBytes * least.diskFraction;
  // Some file systems count no inodes.
  const hasInodes = usage.inodes === 0 || usage.inodesFree >= usage.inodes * least.inodesFraction;
  return [
    pressure('MemoryPressure', usage.memoryAvailableBytes < least.memoryBytes, {
      under: ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'],
      fine: ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    }),
    pressure('DiskPressure', !hasDisk || !hasInodes, {
      under: ['KubeletHasDiskPressure', 'kubelet has disk pressure'],
      fine: ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    }),
    pressure('PIDPressure', usage.pids > usage.pidLimit * mostPidsFraction, {
      under: ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available'],
      fine: ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    }),
    problems.length
      ? { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: listed(problems) }
      : { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
  ];
}

type Words = readonly [reason: string, message: string];

function pressure(type: string, isUnder: boolean, { under, fine }: { under: Words; fine: Words }): Verdict {
  const [reason, message] = isUnder ? under : fine;
  return { type, status: isUnder ? 'True' : 'False', reason, message };
}

const listed = (problems: readonly string[]) => (problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`);

/** What an event calls a condition's change; undefined where it is no news. */
export function eventFor({ type, status }: Verdict): string | undefined {
  const isTrue = status === 'True';
  switch (type) {
    case 'Ready':
      return isTrue ? 'NodeReady' : 'NodeNotReady';
    case 'MemoryPressure':
      return isTrue ? 'NodeHasInsufficientMemory' : 'NodeHasSufficientMemory';
    case 'DiskPressure':
      return isTrue ? 'NodeHasDiskPressure' : 'NodeHasNoDiskPressure';
    case 'PIDPressure':
      return isTrue ? 'NodeHasInsufficientPID' : 'NodeHasSufficientPID';
  }
  return undefined;
}
