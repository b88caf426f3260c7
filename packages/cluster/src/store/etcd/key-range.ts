import { isUtf8 } from 'node:buffer';
import { RpcError } from '../../grpc/index.ts';
import type { StoreBackend, StoredItem } from '../backend.ts';

const pageSize = 500;
const toTheEnd = Buffer.from([0]);

/** The keys that a request to etcd is about: one, or those from one up to another. */
export class KeyRange {
  readonly from: string;
  readonly isOne: boolean;
  /** All keys of the range begin with this. */
  readonly prefix: string;
  readonly #first: Buffer;
  readonly #end: Buffer | undefined;

  constructor(key: Buffer, rangeEnd: Buffer) {
    this.from = textOf(key);
    this.isOne = rangeEnd.length === 0;
    this.#first = key;
    this.#end = rangeEnd.equals(toTheEnd) ? undefined : rangeEnd;
    this.prefix = this.isOne ? this.from : this.#end ? commonPrefix(key, this.#end) : '';
  }

  has(key: string): boolean {
    if (this.isOne) return key === this.from;
    const bytes = Buffer.from(key);
    return bytes.compare(this.#first) >= 0 && (!this.#end || bytes.compare(this.#end) < 0);
  }

  /** The items there were at a revision, in the order of keys. */
  async *read(store: StoreBackend, revision: number): AsyncIterable<StoredItem> {
    const { item } = await store.get(this.from, { revision });
    if (item) yield item;
    if (this.isOne) return;
    let startAfter = this.from;
    for (;;) {
      const { items, more } = await store.list(this.prefix, { startAfter, revision, limit: pageSize });
      for (const i of items) {
        if (!this.has(i.key)) return;
        yield i;
      }
      if (!more) return;
      startAfter = items.at(-1)!.key;
    }
  }
}

/** Our keys are texts, as all of Kubernetes' are. */
export function textOf(key: Buffer): string {
  if (!key.length) throw new RpcError('InvalidArgument', 'etcdserver: key is not provided');
  if (!isUtf8(key)) throw new RpcError('InvalidArgument', 'this store takes only keys in UTF-8');
  return key.toString();
}

function commonPrefix(a: Buffer, b: Buffer): string {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  // Not in the middle of a character.
  while (length > 0 && (a[length - 1]! & 0x80) !== 0) length--;
  return a.toString('utf8', 0, length);
}
