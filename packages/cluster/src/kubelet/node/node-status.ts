import type { NodeCondition, NodeStatus } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import type { KubeletConfig } from '../config.ts';
import type { Image } from '../cri/index.ts';
import { allocatableOf, capacityOf } from './capacity.ts';
import { type NodeHealth, nodeConditions } from './conditions.ts';
import type { MachineFacts } from './machine.ts';

export interface NodeStatusSources {
  readonly config: KubeletConfig;
  readonly machine: MachineFacts;
  readonly health: NodeHealth;
  /** `containerd://1.6.20`. */
  readonly runtimeVersion: string;
  readonly images: readonly Image[];
  readonly nowMs: number;
}

/** Upstream tells of the largest images only. */
const mostImages = 50;
const mostNamesAnImage = 5;

export function nodeStatus(before: NodeStatus | undefined, sources: NodeStatusSources): NodeStatus {
  const { config, machine, health, runtimeVersion, images, nowMs } = sources;
  const capacity = capacityOf(machine, config.maxPods);
  return {
    capacity,
    allocatable: allocatableOf(capacity, config.reserved),
    conditions: conditionsAt(before, health, timestamp(nowMs)),
    addresses: [
      ...config.nodeIPs.map((address) => ({ type: 'InternalIP', address })),
      { type: 'Hostname', address: config.hostname },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: config.serverPort } },
    nodeInfo: {
      machineID: machine.machineID,
      systemUUID: machine.systemUUID,
      bootID: machine.bootID,
      kernelVersion: machine.kernelVersion,
      osImage: machine.osImage,
      containerRuntimeVersion: runtimeVersion,
      kubeletVersion: config.kubeletVersion,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: machine.architecture,
      swap: { capacity: machine.swapBytes },
    },
    images: images
      .toSorted((a, b) => b.size - a.size)
      .slice(0, mostImages)
      .map(({ repoDigests, repoTags, size }) => ({
        names: [...repoDigests, ...repoTags].slice(0, mostNamesAnImage),
        sizeBytes: size,
      })),
  };
}

/** A beat for each condition, and the moment of its last change. Others' conditions stay. */
function conditionsAt(before: NodeStatus | undefined, health: NodeHealth, now: string): NodeCondition[] {
  const held = before?.conditions ?? [];
  const own = nodeConditions(health).map((condition): NodeCondition => {
    const old = held.find((c) => c.type === condition.type);
    const since = (old?.status === condition.status && old.lastTransitionTime) || now;
    return { ...condition, lastHeartbeatTime: now, lastTransitionTime: since };
  });
  return [...held.filter((c) => !own.some((o) => o.type === c.type)), ...own];
}
