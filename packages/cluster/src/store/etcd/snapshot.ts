import { createHash } from 'node:crypto';
import type { StoreBackend, StoredItem } from '../backend.ts';
import { type BboltEntry, bboltFile } from './bbolt-file.ts';
import { KeyRange } from './key-range.ts';

const everything = new KeyRange(Buffer.from([0]), Buffer.from([0]));
const chunkBytes = 2 ** 20;

/** A part of a snapshot, and how much is to come. */
export interface SnapshotPart {
  readonly blob: Buffer;
  readonly remainingBytes: number;
}

/**
 * The store as it is now, as etcd sends it: the file of its database as `etcdctl snapshot restore` takes it, and its SHA-256.
 * It has no history: older revisions count as compacted. Values are read as they are written, so memory holds only keys.
 */
export async function* snapshotOf(store: StoreBackend): AsyncIterable<SnapshotPart> {
  const revision = await store.currentRevision();
  const file = bboltFile([
    { name: 'key', entries: await keyEntries(store, revision) },
    { name: 'lease', entries: await leaseEntries(store) },
    { name: 'members', entries: [] },
    { name: 'members_removed', entries: [] },
    { name: 'meta', entries: [entry(Buffer.from('finishedCompactRev'), revisionKey(revision, 0))] },
  ]);
  const hash = createHash('sha256');
  let sent = 0;
  let pages: Buffer[] = [];
  let gathered = 0;
  const part = () => {
    const blob = Buffer.concat(pages);
    hash.update(blob);
    sent += blob.length;
    [pages, gathered] = [[], 0];
    return { blob, remainingBytes: file.sizeBytes - sent };
  };
  for await (const page of file.pages()) {
    pages.push(page);
    gathered += page.length;
    if (gathered >= chunkBytes) yield part();
  }
  if (gathered) yield part();
  yield { blob: hash.digest(), remainingBytes: 0 };
}

async function keyEntries(store: StoreBackend, revision: number): Promise<BboltEntry[]> {
  const found: { key: string; modRevision: number; valueSize: number }[] = [];
  for await (const item of everything.read(store, revision)) {
    found.push({ key: item.key, modRevision: item.modRevision, valueSize: encodeItem(item).length });
  }
  found.sort((a, b) => a.modRevision - b.modRevision);
  let index = 0;
  return found.map(({ key, modRevision, valueSize }, i) => {
    index = found[i - 1]?.modRevision === modRevision ? index + 1 : 0;
    const value = async () => encodeItem((await store.get(key, { revision })).item!);
    return { key: revisionKey(modRevision, index), valueSize, value };
  });
}

async function leaseEntries(store: StoreBackend): Promise<BboltEntry[]> {
  const ids = [...(await store.leases())].sort((a, b) => a - b);
  return Promise.all(
    ids.map(async (id) => {
      const { ttlSeconds } = await store.lease(id);
      return entry(bigEndian(id), Buffer.concat([numberField(1, id), numberField(2, ttlSeconds)]));
    }),
  );
}

function entry(key: Buffer, value: Buffer): BboltEntry {
  return { key, valueSize: value.length, value: () => value };
}

/** etcd's key of what a revision changed. */
function revisionKey(revision: number, index: number): Buffer {
  return Buffer.concat([bigEndian(revision), Buffer.from('_'), bigEndian(index)]);
}

function bigEndian(value: number): Buffer {
  const to = Buffer.alloc(8);
  to.writeBigUInt64BE(BigInt(value));
  return to;
}

/** mvccpb.KeyValue. */
function encodeItem({ key, value, createRevision, modRevision, version, lease }: StoredItem): Buffer {
  return Buffer.concat([
    bytesField(1, Buffer.from(key)),
    numberField(2, createRevision),
    numberField(3, modRevision),
    numberField(4, version),
    bytesField(5, value),
    numberField(6, lease),
  ]);
}

function bytesField(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function numberField(number: number, value: number): Buffer {
  return value ? Buffer.concat([varint(number * 8), varint(value)]) : Buffer.alloc(0);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
