import type { StoredItem } from '../backend.ts';
import { allocate } from './slab.ts';

/**
 * How the embedded store lies in its file.
 *
 *   log    revision, place in it   → one change: what was written, and where its predecessor is
 *   keys   key, revision (latest first) → the change's place in its revision, and whether it deleted
 *   leases id → time to live       attached  lease, key → nothing       state  name → number
 *
 * A value is written once, in the log; a read at any revision is one step in `keys` and one in `log`.
 */

/** Where a change is in the log. */
export interface Place {
  readonly revision: number;
  readonly index: number;
}

export interface Change {
  readonly key: string;
  /** Absent when the key was deleted. */
  readonly item: StoredItem | undefined;
  /** Where the key's change before this one is; absent for a creation. */
  readonly prev: Place | undefined;
}

const high = 2 ** 32;

function writeNumber(to: Buffer, value: number, at: number): void {
  to.writeUInt32BE(Math.floor(value / high), at);
  to.writeUInt32BE(value % high, at + 4);
}

function readNumber(from: Buffer, at: number): number {
  return from.readUInt32BE(at) * high + from.readUInt32BE(at + 4);
}

export function encodeNumber(value: number): Buffer {
  const to = Buffer.allocUnsafe(8);
  writeNumber(to, value, 0);
  return to;
}

export function decodeNumber(from: Buffer): number {
  return readNumber(from, 0);
}

export function logKey({ revision, index }: Place): Buffer {
  const to = Buffer.allocUnsafe(12);
  writeNumber(to, revision, 0);
  to.writeUInt32BE(index, 8);
  return to;
}

export function placeOf(key: Buffer): Place {
  return { revision: readNumber(key, 0), index: key.readUInt32BE(8) };
}

// A change: kind, then numbers of eight bytes, the previous place's index, the key's length; key; value.
const put = 1;
const deletion = 2;
const createAt = 1;
const versionAt = 9;
const leaseAt = 17;
const prevRevisionAt = 25;
const prevIndexAt = 33;
const keyLengthAt = 37;
const keyAt = 41;

export function encodeChange({ key, item, prev }: Change): Buffer {
  const keyLength = Buffer.byteLength(key);
  const to = allocate(keyAt + keyLength + (item?.value.length ?? 0));
  to[0] = item ? put : deletion;
  writeNumber(to, item?.createRevision ?? 0, createAt);
  writeNumber(to, item?.version ?? 0, versionAt);
  writeNumber(to, item?.lease ?? 0, leaseAt);
  writeNumber(to, prev?.revision ?? 0, prevRevisionAt);
  to.writeUInt32BE(prev?.index ?? 0, prevIndexAt);
  to.writeUInt32BE(keyLength, keyLengthAt);
  to.write(key, keyAt);
  if (item) to.set(item.value, keyAt + keyLength);
  return to;
}

/** The item's value is a part of `from`. */
export function decodeChange(from: Buffer, modRevision: number): Change {
  const valueAt = keyAt + from.readUInt32BE(keyLengthAt);
  const key = from.toString('utf8', keyAt, valueAt);
  const prevRevision = readNumber(from, prevRevisionAt);
  const prev = prevRevision ? { revision: prevRevision, index: from.readUInt32BE(prevIndexAt) } : undefined;
  if (from[0] === deletion) return { key, item: undefined, prev };
  const item = {
    key,
    value: from.subarray(valueAt),
    createRevision: readNumber(from, createAt),
    modRevision,
    version: readNumber(from, versionAt),
    lease: readNumber(from, leaseAt),
  };
  return { key, item, prev };
}

/**
 * Keys end with 0 1 and a zero within them is 0 3, so that they sort as they are whatever follows the end. What follows is
 * the revision counted down: the latest comes first.
 */
export function versionKey(key: string, revision: number): Buffer {
  const escaped = escape(key);
  const length = Buffer.byteLength(escaped);
  const to = Buffer.allocUnsafe(length + 10);
  to.write(escaped);
  to.writeUInt16BE(1, length);
  writeNumber(to, Number.MAX_SAFE_INTEGER - revision, length + 2);
  return to;
}

/** Behind every version of the key, before the next key. */
export function afterVersionsOf(key: string): Buffer {
  return Buffer.concat([Buffer.from(escape(key)), Buffer.from([0, 2])]);
}

/** The first place a key with this prefix could have, and one that is behind all of them: no character begins with 255. */
export function rangeOf(prefix: string): { start: Buffer; end: Buffer } {
  const start = Buffer.from(escape(prefix));
  return { start, end: Buffer.concat([start, Buffer.from([255])]) };
}

export function revisionOfVersion(key: Buffer): number {
  return Number.MAX_SAFE_INTEGER - readNumber(key, key.length - 8);
}

export function isVersionOfSameKey(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && a.compare(b, 0, b.length - 8, 0, a.length - 8) === 0;
}

/** What `keys` holds of a change. */
export function encodeVersion(index: number, isDeletion: boolean): Buffer {
  const to = Buffer.allocUnsafe(5);
  to[0] = isDeletion ? deletion : put;
  to.writeUInt32BE(index, 1);
  return to;
}

export function decodeVersion(from: Buffer): { index: number; isDeletion: boolean } {
  return { index: from.readUInt32BE(1), isDeletion: from[0] === deletion };
}

export function attachedKey(lease: number, key: string): Buffer {
  return Buffer.concat([encodeNumber(lease), Buffer.from(key)]);
}

export function keyOfAttached(attached: Buffer): string {
  return attached.toString('utf8', 8);
}

function escape(key: string): string {
  return key.includes('\0') ? key.replaceAll('\0', '\0\x03') : key;
}
