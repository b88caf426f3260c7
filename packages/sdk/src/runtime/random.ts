import { randomBytes } from 'node:crypto';

/** All the chance there is. Each part forks its own stream, so that a new consumer doesn't shift the others. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number, uniform in [0, below). */
  int(below: number): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** `length` characters of the alphabet that generated names use (no vowels, no look-alikes). */
  suffix(length?: number): string;
  bytes(length: number): Uint8Array;
  /** An independent stream, determined by this one's seed and the name. */
  fork(name: string): Random;
}

const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A stream that replays from its seed. Not for keys or tokens. */
export function seededRandom(seed: string | number): Random {
  let state = hash(String(seed));
  const next32 = () => {
    // splitmix32
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  const bytes = (length: number) => Uint8Array.from({ length }, () => next32() & 0xff);
  return {
    next: () => next32() / 2 ** 32,
    int: (below) => Math.floor((next32() / 2 ** 32) * below),
    uuid: () => uuidFrom(bytes(16), 0),
    suffix: (length = 5) => pick(length, () => next32() / 2 ** 32),
    bytes,
    fork: (name) => seededRandom(`${seed}/${name}`),
  };
}

let pool = Buffer.alloc(0);
let taken = 0;

/** Where in the pool there are so many random bytes that nobody has taken. Many are asked for at once: a call for a few costs as much. */
function take(length: number): number {
  if (taken + length > pool.length) {
    pool = randomBytes(4096);
    taken = 0;
  }
  taken += length;
  return taken - length;
}

function word(): number {
  const at = take(4);
  return pool.readUInt32LE(at);
}

/** The operating system's randomness, fit for keys and tokens. */
export const systemRandom: Random = {
  next: () => word() / 2 ** 32,
  int: (below) => Math.floor(systemRandom.next() * below),
  uuid: () => {
    const at = take(16);
    return uuidFrom(pool, at);
  },
  suffix: (length = 5) => pick(length, () => systemRandom.next()),
  bytes: (length) => new Uint8Array(randomBytes(length)),
  fork: () => systemRandom,
};

function pick(length: number, next: () => number): string {
  let out = '';
  for (let i = 0; i < length; i++) out += nameAlphabet[Math.floor(next() * nameAlphabet.length)];
  return out;
}

const digits = Buffer.from('0123456789abcdef');
const uuid = Buffer.from('00000000-0000-0000-0000-000000000000');

/** In one piece: put together from parts it would stay in parts, of ten times its size, as long as somebody keeps it. */
function uuidFrom(bytes: Uint8Array, from: number): string {
  let at = 0;
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) at++;
    const b = bytes[from + i]!;
    const byte = i === 6 ? (b & 0x0f) | 0x40 : i === 8 ? (b & 0x3f) | 0x80 : b;
    uuid[at++] = digits[byte >> 4]!;
    uuid[at++] = digits[byte & 0x0f]!;
  }
  return uuid.toString('latin1');
}

/** FNV-1a, 32 bits. */
function hash(s: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < s.length; i++) h = Math.imul(h ^ s.charCodeAt(i), 0x01000193);
  return h | 0;
}
