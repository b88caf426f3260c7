import { largestExponent } from '../../machinery/index.ts';

/**
 * The number in a quantity as upstream holds it: a whole number of powers of ten in 64 bits while that will do, and a decimal of any
 * size when it won't. Which of the two shows: only the former ever is an integer.
 */
export class Amount {
  readonly unscaled: bigint;
  /** The power of ten that `unscaled` counts. */
  readonly scale: number;
  readonly isSmall: boolean;

  constructor(unscaled: bigint, scale: number, isSmall = true) {
    this.unscaled = unscaled;
    this.scale = scale;
    this.isSmall = isSmall;
  }

  static of(integer: bigint): Amount {
    return new Amount(integer, 0);
  }

  get sign(): -1 | 0 | 1 {
    return this.unscaled === 0n ? 0 : this.unscaled < 0n ? -1 : 1;
  }

  /** Nothing where that is no 64-bit integer, or might have been none. */
  get integer(): bigint | undefined {
    if (!this.isSmall || this.scale < 0) return undefined;
    return in64Bits(this.unscaled * 10n ** BigInt(this.scale));
  }

  get approximation(): number {
    const base = Number(this.unscaled);
    return this.scale === 0 ? base : base * powerOfTen(this.scale);
  }

  compare(other: Amount): -1 | 0 | 1 {
    const [a, b] = aligned(this, other);
    return a === b ? 0 : a < b ? -1 : 1;
  }

  plus(other: Amount): Amount {
    if (this.isSmall && other.isSmall) {
      if (other.unscaled === 0n) return this;
      if (this.unscaled === 0n) return other;
    }
    const scale = Math.min(this.scale, other.scale);
    const [a, b] = aligned(this, other);
    const fits = [a, b, a + b].every((n) => in64Bits(n) !== undefined);
    return new Amount(a + b, scale, this.isSmall && other.isSmall && fits);
  }

  minus(other: Amount): Amount {
    return this.plus(new Amount(-other.unscaled, other.scale, other.isSmall));
  }
}

const in64Bits = (n: bigint): bigint | undefined => (BigInt.asIntN(64, n) === n ? n : undefined);

const powerOfTen = (exponent: number): number => Number(`1e${exponent}`);

function aligned(x: Amount, y: Amount): [bigint, bigint] {
  const scale = Math.min(x.scale, y.scale);
  const at = (a: Amount) => a.unscaled * 10n ** BigInt(a.scale - scale);
  return [at(x), at(y)];
}

const decimal = new Map(Object.entries({ n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }));
const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const mostDigits = 18;
const finest = -9;

/** Reads a quantity's number; throws an `Error` with upstream's words when it is none. */
export function parseAmount(text: string): Amount {
  const m = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/.exec(text);
  // A number of zeros alone says nothing else.
  if (text && /^[+-]?0*$/.test(text)) return Amount.of(0n);
  if (!text || !m) throw new Error(badForm);
  const [, sign, whole, fraction, suffix] = m as unknown as [string, string, string, string | undefined, string];
  const digits = whole.replace(/^0+/, '') || '0';
  const power = powerOf(suffix);
  if (!power) throw new Error("unable to parse quantity's suffix");
  const places = fraction?.length ?? 0;
  const negative = sign === '-';
  const small = smallAmount({ digits, fraction: fraction ?? '', power });
  if (small) return negative ? new Amount(-small.unscaled, small.scale) : small;
  if (!whole && !fraction) throw new Error('unable to parse numeric part of quantity');
  const unscaled = BigInt(digits + (fraction ?? '')) * (power.base === 2 ? 2n ** BigInt(power.exponent) : 1n);
  const scale = (power.base === 10 ? power.exponent : 0) - places;
  const bounded = bound(unscaled, scale, power.base === 2);
  return new Amount(negative ? -bounded.unscaled : bounded.unscaled, bounded.scale, false);
}

const badForm = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

interface Power {
  readonly base: 2 | 10;
  readonly exponent: number;
}

function powerOf(suffix: string): Power | undefined {
  const exponent = decimal.get(suffix);
  if (exponent !== undefined) return { base: 10, exponent };
  const kibis = binary.indexOf(suffix);
  if (kibis >= 0) return { base: 2, exponent: 10 * (kibis + 1) };
  const written = /^[eE][+-]?\d+$/.test(suffix) ? Number(suffix.slice(1)) : Infinity;
  return Math.abs(written) <= largestExponent ? { base: 10, exponent: written } : undefined;
}

function smallAmount({ digits, fraction, power }: { digits: string; fraction: string; power: Power }) {
  const { base, exponent } = power;
  const isShort =
    base === 10
      ? digits.length + fraction.length <= mostDigits
      : !fraction && 15 - digits.length - Math.trunc((exponent * 3) / 10) - 1 >= 0;
  const scale = (base === 10 ? exponent : 0) - fraction.length;
  if (!isShort || scale < finest) return undefined;
  const value = in64Bits(BigInt(digits + fraction) * (base === 2 ? 2n ** BigInt(exponent) : 1n));
  return value === undefined ? undefined : new Amount(value, scale);
}

const most = 2n ** 63n - 1n;

/** Not finer than a billionth, rounded up; bytes stop at what 63 bits hold. */
function bound(unscaled: bigint, scale: number, isBinary: boolean): { unscaled: bigint; scale: number } {
  let [value, at] = [unscaled, scale];
  if (at < finest) {
    const by = 10n ** BigInt(finest - at);
    value = (value + by - 1n) / by;
    at = finest;
  }
  if (isBinary && new Amount(value, at).compare(Amount.of(most)) > 0) return { unscaled: most, scale: 0 };
  return { unscaled: value, scale: at };
}
