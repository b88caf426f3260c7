/** etcd asks for a range by its first key and the first that no longer belongs to it. */
export interface Range {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

const zero = Buffer.from([0]);

/** All keys with a prefix. The empty one's end is etcd's word for "as far as there are any". */
export function rangeOf(prefix: string): Range {
  const key = Buffer.from(prefix);
  return key.length ? { key, rangeEnd: behind(key) } : { key: zero, rangeEnd: zero };
}

/** The part of a range that comes after a key. */
export function after(range: Range, key: string): Range {
  const next = Buffer.concat([Buffer.from(key), zero]);
  return Buffer.compare(next, range.key) > 0 ? { ...range, key: next } : range;
}

/** The first key that is behind all with the prefix. UTF-8 has no byte 255, so the last byte can be counted up. */
function behind(prefix: Uint8Array): Uint8Array {
  const end = Buffer.from(prefix);
  end[end.length - 1]!++;
  return end;
}
