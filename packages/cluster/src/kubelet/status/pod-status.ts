import type { Pod, PodCondition, PodStatus } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { ephemeralContainersOf, initContainersOf } from '../../podspec/index.ts';
import { qosClassOf } from '../containers/qos.ts';
import { activeSandbox, addressesOf, runsOf } from '../pods/runtime-pod.ts';
import { ownConditions, podConditions } from './conditions.ts';
import { containerStatuses, type StatusSources } from './container-statuses.ts';
import { phaseOf } from './phase.ts';

export interface PodStatusSources extends StatusSources {
  readonly hostIPs: readonly string[];
  readonly nowMs: number;
  /** Why the node ended the pod: evicted, refused, past its deadline. */
  readonly failure?: { readonly reason: string; readonly message: string } | undefined;
}

/** The pod's status as it is to be written; `before` is the one last computed or, at first, the stored one. */
export function podStatus(pod: Pod, before: PodStatus, sources: PodStatusSources): PodStatus {
  const { runtime, hostIPs, nowMs, failure, isTerminal } = sources;
  const now = timestamp(nowMs);
  const init = containerStatuses(pod, initContainersOf(pod), before.initContainerStatuses, sources);
  const main = containerStatuses(pod, pod.spec.containers, before.containerStatuses, sources);
  const ephemeral = containerStatuses(
    pod,
    ephemeralContainersOf(pod).filter((c) => sources.waiting.has(c.name) || runsOf(runtime, c.name).length > 0),
    before.ephemeralContainerStatuses,
    sources,
  );
  const sandbox = activeSandbox(runtime);
  const found = pod.spec.hostNetwork ? (sandbox ? hostIPs : []) : addressesOf(sandbox);
  // What the pod was reached by stays in its status after its end.
  const podIPs = found.length ? found.map((ip) => ({ ip })) : (before.podIPs ?? []);
  const generation = pod.metadata.generation;
  const parts: PodStatus = {
    ...(generation !== undefined && { observedGeneration: generation }),
    ...(failure && { reason: failure.reason, message: failure.message }),
    ...(before.nominatedNodeName && { nominatedNodeName: before.nominatedNodeName }),
    ...(hostIPs[0] && { hostIP: hostIPs[0], hostIPs: hostIPs.map((ip) => ({ ip })) }),
    ...(podIPs[0] && { podIP: podIPs[0].ip, podIPs }),
    startTime: before.startTime ?? now,
    ...(init.length && { initContainerStatuses: init }),
    containerStatuses: main,
    ...(ephemeral.length && { ephemeralContainerStatuses: ephemeral }),
    qosClass: qosClassOf(pod),
  };
  const status = { ...parts, phase: failure ? 'Failed' : finalPhase(before, phaseOf(pod, parts, isTerminal)) } as const;
  const hasNetwork = sandbox !== undefined && (pod.spec.hostNetwork === true || found.length > 0);
  return { ...status, conditions: withTimes(pod, before, podConditions(pod, status, hasNetwork), now) };
}

/** A pod that has ended stays as it ended. */
const finalPhase = ({ phase }: PodStatus, next: PodStatus['phase']): NonNullable<PodStatus['phase']> =>
  phase === 'Succeeded' || phase === 'Failed' ? phase : (next ?? 'Pending');

function withTimes(
  { metadata }: Pod,
  before: PodStatus,
  own: readonly Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>[],
  now: string,
): PodCondition[] {
  const { generation } = metadata;
  const timed = own.map((condition): PodCondition => {
    const old = before.conditions?.find((c) => c.type === condition.type);
    const lastTransitionTime = (old?.status === condition.status && old.lastTransitionTime) || now;
    return {
      ...condition,
      ...(generation !== undefined && { observedGeneration: generation }),
      lastProbeTime: null,
      lastTransitionTime,
    };
  });
  const others = (before.conditions ?? []).filter((c) => !(ownConditions as readonly string[]).includes(c.type));
  return [...others, ...timed];
}
