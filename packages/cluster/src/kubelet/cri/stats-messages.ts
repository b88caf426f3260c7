import { int64, many, message, one, type Out, str, strMap } from '../../grpc/index.ts';
import { containerMetadata } from './container-messages.ts';
import { filesystemUsage, uint64Value } from './image-messages.ts';
import { podSandboxMetadata } from './sandbox-messages.ts';

const amount = one(uint64Value);

const cpuUsage = message('CpuUsage', {
  timestamp: [1, int64],
  usageCoreNanoSeconds: [2, amount],
  usageNanoCores: [3, amount],
});
const memoryUsage = message('MemoryUsage', {
  timestamp: [1, int64],
  workingSetBytes: [2, amount],
  availableBytes: [3, amount],
  usageBytes: [4, amount],
  rssBytes: [5, amount],
  pageFaults: [6, amount],
  majorPageFaults: [7, amount],
});
const swapUsage = message('SwapUsage', {
  timestamp: [1, int64],
  swapAvailableBytes: [2, amount],
  swapUsageBytes: [3, amount],
});

const containerAttributes = message('ContainerAttributes', {
  id: [1, str],
  metadata: [2, one(containerMetadata)],
  labels: [3, strMap],
  annotations: [4, strMap],
});

export const containerStats = message('ContainerStats', {
  attributes: [1, one(containerAttributes)],
  cpu: [2, one(cpuUsage)],
  memory: [3, one(memoryUsage)],
  writableLayer: [4, one(filesystemUsage)],
  swap: [5, one(swapUsage)],
});
export type ContainerStats = Out<typeof containerStats>;

const networkInterfaceUsage = message('NetworkInterfaceUsage', {
  name: [1, str],
  rxBytes: [2, amount],
  rxErrors: [3, amount],
  txBytes: [4, amount],
  txErrors: [5, amount],
});
const networkUsage = message('NetworkUsage', {
  timestamp: [1, int64],
  defaultInterface: [2, one(networkInterfaceUsage)],
  interfaces: [3, many(networkInterfaceUsage)],
});
const processUsage = message('ProcessUsage', { timestamp: [1, int64], processCount: [2, amount] });

const podSandboxAttributes = message('PodSandboxAttributes', {
  id: [1, str],
  metadata: [2, one(podSandboxMetadata)],
  labels: [3, strMap],
  annotations: [4, strMap],
});
const linuxPodSandboxStats = message('LinuxPodSandboxStats', {
  cpu: [1, one(cpuUsage)],
  memory: [2, one(memoryUsage)],
  network: [3, one(networkUsage)],
  process: [4, one(processUsage)],
  containers: [5, many(containerStats)],
});
export const podSandboxStats = message('PodSandboxStats', {
  attributes: [1, one(podSandboxAttributes)],
  linux: [2, one(linuxPodSandboxStats)],
});
export type PodSandboxStats = Out<typeof podSandboxStats>;
