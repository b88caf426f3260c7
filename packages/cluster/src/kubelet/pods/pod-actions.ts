import type { Container, Pod } from '@tiphys/sdk/api';
import { hashOf } from '../containers/container-hash.ts';
import { recordedHash } from '../containers/labels.ts';
import { ephemeralContainersOf, initContainersOf, isSidecar } from '../../podspec/index.ts';
import type { PodProbes } from '../probes/pod-probes.ts';
import { isToBeStarted } from './restart-policy.ts';
import {
  activeSandbox,
  addressesOf,
  isRunning,
  nameOf,
  type RuntimeContainer,
  type RuntimePod,
  runsOf,
} from './runtime-pod.ts';

/** A running container that must end, and what users are told. */
export interface Kill {
  readonly container: RuntimeContainer;
  readonly message: string;
  /** The probe's own grace, where it has one. */
  readonly graceSeconds?: number;
}

/** What has to be done so that the runtime has of a pod what its spec says. */
export interface PodActions {
  /** Everything of the pod is stopped first. */
  readonly killAll: boolean;
  /** The attempt that a new sandbox would be; undefined when the one that is there will do. */
  readonly newSandbox: number | undefined;
  readonly kills: readonly Kill[];
  /** Started one after the other, in this order; one that fails doesn't hold the others back. */
  readonly starts: readonly Container[];
}

/** The probes' verdicts that count here. */
export type Verdicts = Pick<PodProbes, 'verdict' | 'isStarted'>;

const nothing = { killAll: false, newSandbox: undefined, kills: [], starts: [] } as const;

/** Decides from what is; it is called again after every change, and does nothing where nothing is to be done. */
export function podActions(pod: Pod, runtime: RuntimePod, probes: Verdicts): PodActions {
  const attempt = neededSandbox(pod, runtime);
  if (attempt !== undefined) return withNewSandbox(pod, runtime, attempt);

  const sandboxId = activeSandbox(runtime)!.id;
  const active: RuntimePod = { ...runtime, containers: runtime.containers.filter((c) => c.sandboxId === sandboxId) };
  const ephemeral = ephemeralContainersOf(pod).filter((c) => runsOf(runtime, c.name).length === 0);
  const init = initActions(pod, active, probes);
  if (init.failed) return { ...nothing, killAll: true };
  if (!init.initialized) return { ...nothing, kills: init.kills, starts: [...ephemeral, ...init.starts] };

  const kills = [...init.kills];
  const starts: Container[] = [];
  let kept = 0;
  for (const container of pod.spec.containers) {
    const [last] = runsOf(active, container.name);
    if (!last || !isRunning(last)) {
      if (isToBeStarted(pod, container, last)) starts.push(container);
      continue;
    }
    const kill = reasonToKill(container, last, probes);
    if (!kill) {
      kept++;
      continue;
    }
    kills.push(kill);
    if (pod.spec.restartPolicy !== 'Never') starts.push(container);
  }
  if (kept === 0 && starts.length === 0 && kills.length === 0) return { ...nothing, killAll: true };
  return { ...nothing, kills, starts: [...ephemeral, ...init.starts, ...starts] };
}

/** The number of the sandbox that has to be made; undefined when the newest is as it should be. */
function neededSandbox({ spec }: Pod, runtime: RuntimePod): number | undefined {
  const [newest] = runtime.sandboxes;
  if (!newest) return 0;
  const next = (newest.metadata?.attempt ?? 0) + 1;
  const ready = runtime.sandboxes.filter((s) => s.state === 'SANDBOX_READY');
  if (ready.length !== 1 || ready[0] !== newest) return next;
  const mode = newest.linux?.namespaces?.options?.network;
  if (mode !== undefined && mode !== (spec.hostNetwork ? 'NODE' : 'POD')) return next;
  return !spec.hostNetwork && addressesOf(newest).length === 0 ? next : undefined;
}

function withNewSandbox(pod: Pod, runtime: RuntimePod, attempt: number): PodActions {
  const killAll = runtime.sandboxes.length > 0;
  const init = initContainersOf(pod);
  const wanted = pod.spec.containers.filter((c) => isToBeStarted(pod, c, runsOf(runtime, c.name)[0]));
  // Whatever ran has ended for good: no sandbox is needed for nothing.
  if (wanted.length === 0) return { ...nothing, killAll };
  if (pod.spec.restartPolicy === 'Never' && attempt > 0 && runtime.containers.length > 0)
    return { ...nothing, killAll };
  return { ...nothing, killAll, newSandbox: attempt, starts: init.length ? [init[0]!] : wanted };
}

interface InitActions {
  readonly initialized: boolean;
  readonly failed: boolean;
  readonly starts: Container[];
  readonly kills: Kill[];
}

/** Init containers run one after the other; a sidecar lets the next one begin once it has started, and goes on. */
function initActions(pod: Pod, active: RuntimePod, probes: Verdicts): InitActions {
  const init = initContainersOf(pod);
  const begun = pod.spec.containers.some((c) => runsOf(active, c.name).length > 0);
  const out: InitActions = { initialized: false, failed: false, starts: [], kills: [] };
  for (const container of init) {
    const [last] = runsOf(active, container.name);
    if (isSidecar(container)) {
      if (!last || !isRunning(last)) {
        out.starts.push(container);
        if (!begun) return out;
        continue;
      }
      const kill = reasonToKill(container, last, probes);
      if (kill) {
        out.kills.push(kill);
        out.starts.push(container);
      }
      if (!begun && (kill || !probes.isStarted(container, last.id))) return out;
      continue;
    }
    if (begun) continue;
    if (last && isRunning(last)) return out;
    if (last?.state === 'CONTAINER_EXITED' && last.exitCode === 0) continue;
    if (!isToBeStarted(pod, container, last)) return { ...out, failed: true };
    out.starts.push(container);
    return out;
  }
  return { ...out, initialized: true };
}

function reasonToKill(container: Container, running: RuntimeContainer, probes: Verdicts): Kill | undefined {
  const name = nameOf(running);
  const recorded = recordedHash(running);
  if (recorded !== undefined && recorded !== hashOf(container)) {
    return { container: running, message: `Container ${name} definition changed, will be restarted` };
  }
  for (const type of ['liveness', 'startup'] as const) {
    if (probes.verdict(type, container, running.id) !== 'failure') continue;
    const graceSeconds = container[`${type}Probe`]?.terminationGracePeriodSeconds;
    return {
      container: running,
      message: `Container ${name} failed ${type} probe, will be restarted`,
      ...(graceSeconds !== undefined && { graceSeconds }),
    };
  }
  return undefined;
}
