/** A value of ASN.1 in its distinguished encoding. */
export interface Der {
  readonly tag: number;
  readonly contents: Uint8Array;
  /** Tag, length and contents. */
  readonly whole: Uint8Array;
}

export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  /** Of a certificate's version. */
  version: 0xa0,
} as const;

const truncated = 'asn1: syntax error: data truncated';

/** All values of a piece, one after the other; throws with upstream's words. */
export function derValues(bytes: Uint8Array): Der[] {
  const out: Der[] = [];
  for (let at = 0; at < bytes.length; at += out.at(-1)!.whole.length) out.push(derValue(bytes.subarray(at)));
  return out;
}

function derValue(bytes: Uint8Array): Der {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new Error(truncated);
  let start = 2;
  let length = first;
  if (first & 0x80) {
    const digits = first & 0x7f;
    if (digits === 0) throw new Error('asn1: syntax error: indefinite length found (not DER)');
    if (digits > 4) throw new Error('asn1: structure error: length too large');
    length = 0;
    for (let i = 0; i < digits; i++) length = length * 256 + (bytes[start + i] ?? 0);
    start += digits;
  }
  const end = start + length;
  if (end > bytes.length) throw new Error(truncated);
  return { tag, contents: bytes.subarray(start, end), whole: bytes.subarray(0, end) };
}

/** The members of a value that has to have this tag. */
export function derMembers(value: Der | undefined, tag: number): Der[] {
  if (!value) throw new Error('asn1: syntax error: sequence truncated');
  if (value.tag !== tag) throw new Error("asn1: structure error: tags don't match");
  return derValues(value.contents);
}

/** `1.2.840.113549.1.1.11`. */
export function oidText({ contents }: Der): string {
  const numbers: number[] = [];
  let n = 0;
  for (const byte of contents) {
    n = n * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    numbers.push(n);
    n = 0;
  }
  const [first = 0, ...rest] = numbers;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest].join('.');
}
