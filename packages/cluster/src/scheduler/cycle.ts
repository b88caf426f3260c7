import { messageOf } from '@tiphys/sdk/runtime';
import type { ClusterState } from './cluster-state.ts';
import { fitMessage, noNodeMessage } from './fit-error.ts';
import { type AnyPlugin, type Rejection, unresolvable } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

/** A plugin together with what it worked out for the pod at hand. */
export interface Prepared {
  readonly plugin: AnyPlugin;
  readonly state: unknown;
}

export type Decision =
  | { readonly node: NodeInfo }
  /** It couldn't be decided. */
  | { readonly error: string }
  | Refusal;

export interface Refusal {
  readonly why: string;
  /** Plugins that turned nodes away; only what they watch can help the pod. */
  readonly by: ReadonlySet<string>;
  /** What the filters said; undefined when they weren't asked, since there was nothing to ask them. */
  readonly filtered?: { readonly rejections: ReadonlyMap<string, Rejection>; readonly prepared: readonly Prepared[] };
}

export interface CycleOptions {
  readonly plugins: readonly AnyPlugin[];
  /** Pods that were promised a node, by node; they count as being there for pods of the same or lower priority. */
  readonly nominated: (node: string) => readonly PodInfo[];
}

/**
 * One scheduling cycle: which node for this pod, or why none. Reads the state and changes nothing. Nodes are tried from
 * where the last cycle stopped, and on large clusters only until enough of them fit (upstream's adaptive percentage).
 */
export class SchedulingCycle {
  readonly #plugins: readonly AnyPlugin[];
  readonly #options: CycleOptions;
  #next = 0;

  constructor(options: CycleOptions) {
    this.#options = options;
    this.#plugins = options.plugins;
  }

  decide(pod: PodInfo, cluster: ClusterState): Decision {
    const { prepared, only, refused } = this.prepare(pod, cluster);
    if (refused) {
      const { reasons } = refused.rejection;
      return { why: noNodeMessage(cluster.nodes.size, reasons), by: new Set([refused.plugin]) };
    }
    const rejections = new Map<string, Rejection>();
    const by = new Set<string>();
    const nodes = cluster.ordered;
    const enough = feasibleNodesToFind(nodes.length);
    const fitting: NodeInfo[] = [];

    // A promise made by preemption is kept when the node fits now.
    const promised = pod.pod.status.nominatedNodeName ? cluster.nodes.get(pod.pod.status.nominatedNodeName) : undefined;
    if (promised && !this.check(pod, promised, prepared)) return { node: promised };

    let tried = 0;
    let asked = 0;
    for (; tried < nodes.length && fitting.length < enough; tried++) {
      const node = nodes[(this.#next + tried) % nodes.length]!;
      if (only && !only.names.has(node.name)) {
        rejections.set(node.name, unresolvable(`node(s) didn't satisfy plugin(s) [${only.plugins.join(' ')}]`));
        only.plugins.forEach((p) => by.add(p));
        continue;
      }
      asked++;
      const refusal = this.check(pod, node, prepared);
      if (refusal) {
        rejections.set(node.name, refusal.rejection);
        by.add(refusal.plugin);
      } else fitting.push(node);
    }
    this.#next = nodes.length ? (this.#next + asked) % nodes.length : 0;
    if (!fitting.length) {
      return { why: fitMessage(cluster.nodes.size, rejections.values()), by, filtered: { rejections, prepared } };
    }
    try {
      return { node: fitting.length === 1 ? fitting[0]! : this.#best(pod, fitting, cluster) };
    } catch (err) {
      return { error: messageOf(err) };
    }
  }

  prepare(pod: PodInfo, cluster: ClusterState): Preparation {
    const prepared: Prepared[] = [];
    let only: Only | undefined;
    for (const plugin of this.#plugins) {
      const result = plugin.preFilter?.(pod, cluster);
      if (result?.refused) {
        return { prepared: [], only: undefined, refused: { plugin: plugin.name, rejection: result.refused } };
      }
      if (result?.nodeNames) only = narrowed(only, plugin.name, result.nodeNames);
      if (!result?.skip && plugin.filter) prepared.push({ plugin, state: result?.state });
    }
    return { prepared, only };
  }

  /** The first refusal, with the pods that were promised this node there and without them. */
  check(pod: PodInfo, node: NodeInfo, prepared: readonly Prepared[]): Refused | undefined {
    const all = this.#options.nominated(node.name);
    const promised = all.length ? all.filter((p) => p.uid !== pod.uid && p.priority >= pod.priority) : all;
    if (promised.length) {
      const crowded = node.copy();
      const states = prepared.map(({ plugin, state }) => ({
        plugin,
        state: plugin.copyState ? plugin.copyState(state) : state,
      }));
      for (const p of promised) {
        crowded.add(p);
        for (const { plugin, state } of states) plugin.addPod?.(state, pod, p, node);
      }
      const refusal = firstRefusal(pod, crowded, states);
      if (refusal) return refusal;
    }
    return firstRefusal(pod, node, prepared);
  }

  #best(pod: PodInfo, nodes: readonly NodeInfo[], cluster: ClusterState): NodeInfo {
    const totals = nodes.map(() => 0);
    for (const plugin of this.#plugins) {
      if (!plugin.score) continue;
      const state = plugin.preScore ? preScored(plugin, () => plugin.preScore!(pod, nodes, cluster)) : null;
      if (state === undefined) continue;
      const { weight = 1 } = plugin;
      const scores = nodes.map((n) => plugin.score!(pod, n, state));
      plugin.normalize?.(scores, nodes, state);
      for (let i = 0; i < totals.length; i++) totals[i]! += scores[i]! * weight;
    }
    return nodes[topOfHeap(totals, 0)]!;
  }
}

/**
 * The highest score. Among equals it is as with upstream, which puts all in a heap and takes the top: of a node and those two
 * that stand under it (at twice its place) the first.
 */
function topOfHeap(scores: readonly number[], at: number): number {
  const left = 2 * at + 1;
  if (left >= scores.length) return at;
  const under = topOfHeap(scores, left);
  const best = scores[under]! > scores[at]! ? under : at;
  if (left + 1 >= scores.length) return best;
  const other = topOfHeap(scores, left + 1);
  return scores[other]! > scores[best]! ? other : best;
}

interface Refused {
  readonly plugin: string;
  readonly rejection: Rejection;
}

interface Preparation {
  readonly prepared: Prepared[];
  readonly only: Only | undefined;
  readonly refused?: Refused;
}

interface Only {
  readonly names: ReadonlySet<string>;
  readonly plugins: readonly string[];
}

function narrowed(only: Only | undefined, plugin: string, names: ReadonlySet<string>): Only {
  if (!only) return { names, plugins: [plugin] };
  return { names: new Set([...only.names].filter((n) => names.has(n))), plugins: [...only.plugins, plugin].sort() };
}

function preScored<T>({ name }: AnyPlugin, make: () => T): T {
  try {
    return make();
  } catch (err) {
    throw new Error(`running PreScore plugin "${name}": ${messageOf(err)}`, { cause: err });
  }
}

function firstRefusal(pod: PodInfo, node: NodeInfo, prepared: readonly Prepared[]): Refused | undefined {
  for (const { plugin, state } of prepared) {
    const rejection = plugin.filter!(pod, node, state);
    if (rejection) return { plugin: plugin.name, rejection };
  }
  return undefined;
}

/** All of up to 100 nodes; of more a share that shrinks from 50 % to 5 %, at least 100. */
export function feasibleNodesToFind(nodes: number): number {
  if (nodes < 100) return nodes;
  const percent = Math.max(5, Math.floor(50 - nodes / 125));
  return Math.max(100, Math.floor((nodes * percent) / 100));
}
