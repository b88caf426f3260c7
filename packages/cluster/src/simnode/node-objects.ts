import type { Node, NodeManifest, NodeStatus } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { addressAfter } from './addresses.ts';
import type { SimNodesConfig } from './config.ts';

export const nameOf = ({ namePrefix }: SimNodesConfig, index: number): string => `${namePrefix}${index}`;

/** The node as it registers. */
export function nodeManifest(config: SimNodesConfig, index: number): NodeManifest {
  const name = nameOf(config, index);
  const { architecture } = config;
  const labels: Record<string, string> = { 'kubernetes.io/hostname': name, ...config.labels };
  for (const prefix of ['', 'beta.']) {
    labels[`${prefix}kubernetes.io/os`] = 'linux';
    labels[`${prefix}kubernetes.io/arch`] = architecture;
  }
  return { metadata: { name, labels } };
}

const healthy = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const;

/** What the node says of itself; nothing ails it. */
export function nodeStatus(config: SimNodesConfig, index: number, before: Node | undefined, nowMs: number): NodeStatus {
  const now = timestamp(nowMs);
  const name = nameOf(config, index);
  const held = before?.status?.conditions ?? [];
  const id = String(index).padStart(32, '0');
  return {
    capacity: { ...config.capacity },
    allocatable: { ...config.capacity },
    conditions: healthy.map(([type, status, reason, message]) => {
      const old = held.find((c) => c.type === type);
      const lastTransitionTime = (old?.status === status && old.lastTransitionTime) || now;
      return { type, status, lastHeartbeatTime: now, lastTransitionTime, reason, message };
    }),
    addresses: [
      { type: 'InternalIP', address: addressAfter(config.firstAddress, index) },
      { type: 'Hostname', address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    nodeInfo: {
      machineID: id,
      systemUUID: id,
      bootID: id,
      kernelVersion: 'simulated',
      osImage: 'Simulated by Tiphys',
      containerRuntimeVersion: 'simulated://1.0.0',
      kubeletVersion: config.kubeletVersion,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: config.architecture,
    },
  };
}

/** Whether the cluster thinks the node as well as it is. */
export const isThoughtWell = ({ status }: Node): boolean =>
  healthy.every(([type, wanted]) => status?.conditions?.find((c) => c.type === type)?.status === wanted);
