import type { Container, Pod } from '@tiphys/sdk/api';
import { milliValue, own, unitValue } from '@tiphys/sdk/machinery';
import type { LinuxContainerResources } from '../cri/index.ts';
import { qosClassOf } from './qos.ts';

/** The kernel's least and most, and the quota's period in microseconds. */
const shares = { least: 2, most: 262_144, perCpu: 1024 };
const quota = { periodMicros: 100_000, leastMicros: 1000 };

const oomScoreAdj = { critical: -997, guaranteed: -997, bestEffort: 1000 };
const systemCriticalPriority = 2_000_000_000;

/** What the kernel holds a container to. `memoryCapacity`: the machine's, in bytes. */
export function linuxResources(pod: Pod, container: Container, memoryCapacity: number): LinuxContainerResources {
  const { requests, limits } = container.resources;
  const cpu = own(requests, 'cpu') ?? own(limits, 'cpu');
  const cpuLimit = own(limits, 'cpu');
  const memoryLimit = own(limits, 'memory');
  return {
    cpuShares: cpuShares(cpu === undefined ? 0 : milliValue(cpu)),
    cpuPeriod: quota.periodMicros,
    ...(cpuLimit !== undefined && { cpuQuota: cpuQuota(milliValue(cpuLimit)) }),
    ...(memoryLimit !== undefined && { memoryLimitInBytes: unitValue(memoryLimit) }),
    oomScoreAdj: oomScore(pod, container, memoryCapacity),
  };
}

export const cpuShares = (milli: number): number =>
  Math.min(shares.most, Math.max(shares.least, Math.floor((milli * shares.perCpu) / 1000)));

/** Microseconds of CPU a period; 0 is no limit. */
export const cpuQuota = (milli: number): number =>
  milli === 0 ? 0 : Math.max(quota.leastMicros, Math.floor((milli * quota.periodMicros) / 1000));

export const cpuPeriodMicros = quota.periodMicros;

/** Who the kernel kills first when memory runs out: what asked for little and uses much. */
export function oomScore(pod: Pod, container: Container, memoryCapacity: number): number {
  if ((pod.spec.priority ?? 0) >= systemCriticalPriority) return oomScoreAdj.critical;
  const qos = qosClassOf(pod);
  if (qos === 'Guaranteed') return oomScoreAdj.guaranteed;
  if (qos === 'BestEffort') return oomScoreAdj.bestEffort;
  const request = own(container.resources.requests, 'memory');
  const asked = request === undefined ? 0 : unitValue(request);
  const score = 1000 - Math.floor((1000 * asked) / memoryCapacity);
  // Between the guaranteed and the best-effort ones, whatever was asked.
  return Math.min(999, Math.max(3, score));
}
