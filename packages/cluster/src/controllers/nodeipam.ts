import { node, type Node, pod } from '@tiphys/sdk/api';
import { isAnswer } from '@tiphys/sdk/machinery';
import { type Controller, defineController, watch } from '@tiphys/sdk/operator';
import { isFinished } from './pod-state.ts';

export interface NodeIpamConfig {
  /** The network that the nodes' pod networks are cut from. */
  readonly clusterCidr: string;
  readonly nodeMaskSize: number;
}

/** Gives every node a pod network of its own. */
export const nodeIpamController = (config: NodeIpamConfig): Controller => ({
  name: 'node-ipam',
  run: (deps, signal) => {
    const pool = new CidrPool(config);
    return defineController({
      name: 'node-ipam',
      component: 'cidrAllocator',
      for: node,
      // Two nodes at once would be given the same network.
      workers: 1,
      // Known before the first network is given; nothing is done about them.
      watches: [watch(pod, () => [])],
      setup: (cache) => {
        cache.informer(pod).on((next, old) => {
          if (old) pool.leave(old.metadata.uid!, old.status.podIP);
          if (next && !isFinished(next) && !next.spec.hostNetwork) pool.inhabit(next.metadata.uid!, next.status.podIP);
        });
        cache.informer(node).on((next, old) => {
          if (!next) for (const cidr of cidrsOf(old!)) pool.release(cidr);
          else for (const cidr of cidrsOf(next)) pool.occupy(cidr);
        });
      },

      async reconcile(n, { client, events, signal: stop }) {
        if (cidrsOf(n).length > 0) return;
        const cidr = pool.next();
        if (!cidr) {
          const message = `Node ${n.metadata.name} status is now: CIDRNotAvailable`;
          events.event({ kind: node, object: n }, 'Normal', 'CIDRNotAvailable', message);
          throw new Error(`no pod network is left for node ${n.metadata.name}`);
        }
        try {
          const { uid } = n.metadata;
          const patch = { metadata: { uid }, spec: { podCIDR: cidr, podCIDRs: [cidr] } };
          await client.patch(node, n, { type: 'merge', patch }, { signal: stop });
        } catch (err) {
          // Without an answer it may have been given all the same.
          if (isAnswer(err)) pool.release(cidr);
          throw err;
        }
      },
    }).run(deps, signal);
  },
});

const cidrsOf = ({ spec }: Node): readonly string[] => spec.podCIDRs ?? (spec.podCIDR ? [spec.podCIDR] : []);

/** IPv4 networks of one size, each given to one owner; searched from where the last one was found. */
export class CidrPool {
  readonly #base: number;
  readonly #mask: number;
  readonly #size: number;
  readonly #used = new Set<number>();
  /** Pods whose addresses are in a network, whoever has it: they may outlive the node that had it. */
  readonly #pods = new Map<number, Set<string>>();
  #from = 0;

  constructor({ clusterCidr, nodeMaskSize }: NodeIpamConfig) {
    const [address = '', prefix = ''] = clusterCidr.split('/');
    this.#mask = nodeMaskSize;
    this.#base = toNumber(address);
    this.#size = 2 ** (nodeMaskSize - Number(prefix));
    if (!(this.#size >= 1 && Number.isInteger(this.#size))) {
      throw new Error(`networks of /${nodeMaskSize} can't be cut from ${clusterCidr}`);
    }
  }

  /** One that nobody has; one that no pod is left in, while there is one. */
  next(): string | undefined {
    const i = this.#find((n) => !this.#used.has(n) && !this.#pods.has(n)) ?? this.#find((n) => !this.#used.has(n));
    if (i === undefined) return undefined;
    this.#used.add(i);
    this.#from = i + 1;
    return `${toText(this.#base + i * 2 ** (32 - this.#mask))}/${this.#mask}`;
  }

  #find(isFree: (i: number) => boolean): number | undefined {
    for (let tried = 0; tried < this.#size; tried++) {
      const i = (this.#from + tried) % this.#size;
      if (isFree(i)) return i;
    }
    return undefined;
  }

  inhabit(pod: string, address: string | undefined): void {
    const i = address === undefined ? undefined : this.#indexOf(address);
    if (i === undefined) return;
    const pods = this.#pods.get(i);
    if (pods) pods.add(pod);
    else this.#pods.set(i, new Set([pod]));
  }

  leave(pod: string, address: string | undefined): void {
    const i = address === undefined ? undefined : this.#indexOf(address);
    const pods = i === undefined ? undefined : this.#pods.get(i);
    if (pods?.delete(pod) && pods.size === 0) this.#pods.delete(i!);
  }

  occupy(cidr: string): void {
    const i = this.#indexOf(cidr);
    if (i !== undefined) this.#used.add(i);
  }

  release(cidr: string): void {
    const i = this.#indexOf(cidr);
    if (i !== undefined) this.#used.delete(i);
  }

  #indexOf(cidr: string): number | undefined {
    const i = Math.floor((toNumber(cidr.split('/')[0]!) - this.#base) / 2 ** (32 - this.#mask));
    return i >= 0 && i < this.#size ? i : undefined;
  }
}

const toNumber = (address: string) => address.split('.').reduce((n, part) => n * 256 + Number(part), 0);
const toText = (n: number) => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join('.');
