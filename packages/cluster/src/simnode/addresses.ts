/** The pod network of one node: addresses given to its pods, in order, and taken back when the pods are gone. */
export class PodAddresses {
  readonly #first: number;
  readonly #size: number;
  readonly #used = new Map<number, string>();
  readonly #byPod = new Map<string, number>();
  #next = 0;

  constructor(cidr: string) {
    const [base = '', bits = '24'] = cidr.split('/');
    // The first address is the network's own, the second the node's on it, the last is for all.
    this.#first = numberOf(base) + 2;
    this.#size = 2 ** (32 - Number(bits)) - 3;
  }

  /**
   * The pod's address: the one it has, or the next that is free. Undefined when there is none. One that runs keeps its address
   * though the node has been given another network meanwhile.
   */
  of(uid: string, known?: string): string | undefined {
    const held = this.#byPod.get(uid);
    if (held !== undefined) return addressOf(this.#first + held);
    if (known) {
      const at = numberOf(known) - this.#first;
      if (at < 0 || at >= this.#size || this.#take(uid, at)) return known;
    }
    for (let i = 0; i < this.#size; i++) {
      const at = (this.#next + i) % this.#size;
      if (!this.#take(uid, at)) continue;
      this.#next = at + 1;
      return addressOf(this.#first + at);
    }
    return undefined;
  }

  release(uid: string): void {
    const at = this.#byPod.get(uid);
    if (at === undefined) return;
    this.#byPod.delete(uid);
    this.#used.delete(at);
  }

  #take(uid: string, at: number): boolean {
    if (at < 0 || at >= this.#size || this.#used.has(at)) return false;
    this.#used.set(at, uid);
    this.#byPod.set(uid, at);
    return true;
  }
}

/** The address that many places after another. */
export const addressAfter = (address: string, places: number): string => addressOf(numberOf(address) + places);

const numberOf = (address: string): number => address.split('.').reduce((n, part) => n * 256 + Number(part), 0);

const addressOf = (n: number): string => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join('.');
