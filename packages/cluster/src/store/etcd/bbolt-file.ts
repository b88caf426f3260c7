/** A value whose size is known before it is read, so that a file's pages can be laid out first and written as a stream. */
export interface BboltEntry {
  readonly key: Buffer;
  readonly valueSize: number;
  readonly value: () => Buffer | Promise<Buffer>;
}

export interface BboltBucket {
  readonly name: string;
  /** In the order of their keys. */
  readonly entries: readonly BboltEntry[];
}

export interface BboltFile {
  readonly sizeBytes: number;
  /** Whole pages, from the first to the last. */
  pages(): AsyncIterable<Buffer>;
}

const pageSize = 4096;
const headerSize = 16;
/** The fixed part of an entry; keys and values follow behind all of these. */
const elementSize = 16;
const flags = { branch: 1, leaf: 2, meta: 4, freelist: 16 } as const;
const bucketElement = 1;
const freelistId = 2;

/**
 * A file of bbolt, in which etcd keeps its data and sends its snapshots: two pages that say where the root is, one of free
 * pages (none), a tree for each bucket, and the tree of buckets. Numbers are little-endian.
 */
export function bboltFile(buckets: readonly BboltBucket[]): BboltFile {
  const layout = new Layout();
  const roots = buckets.map(({ name, entries }) => bucketEntry(name, layout.tree(entries)));
  const root = layout.tree(roots, bucketElement) ?? 0;
  return {
    sizeBytes: layout.nextId * pageSize,
    async *pages() {
      yield metaPage(0, root, layout.nextId);
      yield metaPage(1, root, layout.nextId);
      yield page(freelistId, flags.freelist, 0, pageSize);
      for (const render of layout.pages) yield render();
    },
  };
}

/** Pages in the order of the file, each drawn when it's its turn. */
class Layout {
  readonly pages: (() => Promise<Buffer>)[] = [];
  nextId = freelistId + 1;

  /** The number of the tree's root; undefined when it has no entries. */
  tree(entries: readonly BboltEntry[], elementFlags = 0): number | undefined {
    const leaves = split(entries, (e) => elementSize + e.key.length + e.valueSize);
    let level = leaves.map(({ items, size }) => {
      const id = this.#take(size, (into) => drawLeaf(into, items, elementFlags), {
        flag: flags.leaf,
        count: items.length,
      });
      return { id, key: items[0]!.key };
    });
    while (level.length > 1) {
      level = split(level, (child) => elementSize + child.key.length).map(({ items, size }) => {
        const id = this.#take(size, (into) => drawBranch(into, items), { flag: flags.branch, count: items.length });
        return { id, key: items[0]!.key };
      });
    }
    return level[0]?.id;
  }

  #take(
    size: number,
    draw: (into: Buffer) => void | Promise<void>,
    { flag, count }: { flag: number; count: number },
  ): number {
    const id = this.nextId;
    const length = Math.ceil(size / pageSize) * pageSize;
    this.nextId += length / pageSize;
    this.pages.push(async () => {
      const into = page(id, flag, count, length);
      await draw(into);
      return into;
    });
    return id;
  }
}

/** As many to a page as it holds; what is larger than a page has one, that goes on, to itself. */
function split<T>(all: readonly T[], sizeOf: (one: T) => number): { items: T[]; size: number }[] {
  const pages: { items: T[]; size: number }[] = [];
  for (const one of all) {
    const size = sizeOf(one);
    const last = pages.at(-1);
    if (last && last.size + size <= pageSize) {
      last.items.push(one);
      last.size += size;
    } else {
      pages.push({ items: [one], size: headerSize + size });
    }
  }
  return pages;
}

function page(id: number, flag: number, count: number, length: number): Buffer {
  const into = Buffer.alloc(length);
  into.writeBigUInt64LE(BigInt(id), 0);
  into.writeUInt16LE(flag, 8);
  into.writeUInt16LE(count, 10);
  into.writeUInt32LE(length / pageSize - 1, 12);
  return into;
}

async function drawLeaf(into: Buffer, entries: readonly BboltEntry[], elementFlags: number): Promise<void> {
  let data = headerSize + entries.length * elementSize;
  for (const [i, { key, value, valueSize }] of entries.entries()) {
    const element = headerSize + i * elementSize;
    into.writeUInt32LE(elementFlags, element);
    into.writeUInt32LE(data - element, element + 4);
    into.writeUInt32LE(key.length, element + 8);
    into.writeUInt32LE(valueSize, element + 12);
    into.set(key, data);
    const bytes = await value();
    if (bytes.length !== valueSize) throw new Error('a value has changed while it was written to a file');
    into.set(bytes, data + key.length);
    data += key.length + valueSize;
  }
}

function drawBranch(into: Buffer, children: readonly { id: number; key: Buffer }[]): void {
  let data = headerSize + children.length * elementSize;
  for (const [i, { id, key }] of children.entries()) {
    const element = headerSize + i * elementSize;
    into.writeUInt32LE(data - element, element);
    into.writeUInt32LE(key.length, element + 4);
    into.writeBigUInt64LE(BigInt(id), element + 8);
    into.set(key, data);
    data += key.length;
  }
}

/** Where a bucket's tree is. An empty one has its only page within the entry. */
function bucketEntry(name: string, root: number | undefined): BboltEntry {
  const value = Buffer.alloc(headerSize + (root === undefined ? headerSize : 0));
  if (root === undefined) value.writeUInt16LE(flags.leaf, headerSize + 8);
  else value.writeBigUInt64LE(BigInt(root));
  return { key: Buffer.from(name), valueSize: value.length, value: () => value };
}

function metaPage(id: number, root: number, pageCount: number): Buffer {
  const into = page(id, flags.meta, 0, pageSize);
  const meta = into.subarray(headerSize);
  meta.writeUInt32LE(0xed0cdaed, 0);
  meta.writeUInt32LE(2, 4);
  meta.writeUInt32LE(pageSize, 8);
  meta.writeBigUInt64LE(BigInt(root), 16);
  meta.writeBigUInt64LE(BigInt(freelistId), 32);
  meta.writeBigUInt64LE(BigInt(pageCount), 40);
  // The transaction that wrote it; the later of the two counts.
  meta.writeBigUInt64LE(BigInt(id), 48);
  meta.writeBigUInt64LE(fnv1a(meta.subarray(0, 56)), 56);
  return into;
}

function fnv1a(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const b of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(b)) * 0x100000001b3n);
  return hash;
}
