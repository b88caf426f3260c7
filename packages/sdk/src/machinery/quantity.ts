import { withoutTrailing } from './trailing.ts';

/** A number of something: `500m` of a CPU, `1Gi` of memory. Exact, in billionths; finer input is rounded up, as upstream does. */
export interface Quantity {
  /** Billionths of the unit. */
  readonly nano: bigint;
  /** How it was written, which decides how it is written again. */
  readonly format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent';
}

const syntax = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;
const decimal: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const decimalSuffix = new Map(Object.entries(decimal).map(([s, e]) => [e, s]));
const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** Ours: upstream takes any power of ten of 32 bits, and is busy for as long as it is large when it has to compute with it. */
export const largestExponent = 1000;
const billion = 1_000_000_000n;
/** Upstream bounds these, and no others, by what 64 bits hold. */
const largestBinary = (2n ** 63n - 1n) * billion;

/** Reads a quantity; throws an `Error` with upstream's words when it isn't one. */
export const parseQuantity = remembered(readQuantity);

/** Of the last short texts what was made of them: a cluster writes the same few over and over. */
function remembered<T>(make: (text: string) => T): (text: string) => T {
  const recent = new Map<string, T>();
  return (text) => {
    const known = recent.get(text);
    if (known !== undefined) return known;
    const made = make(text);
    if (text.length > longestRecent) return made;
    if (recent.size >= mostRecent) recent.clear();
    recent.set(text, made);
    return made;
  };
}

const mostRecent = 1024;
const longestRecent = 32;

function readQuantity(text: string): Quantity {
  const m = syntax.exec(text);
  if (!m) {
    throw new Error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  }
  const [, sign, digits = '0', suffix = ''] = m;
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt((whole + fraction).replace(/^$/, '0'));
  const power = binary.indexOf(suffix);
  let scaled: bigint;
  let format: Quantity['format'];
  if (power > 0) {
    const exact = scale(mantissa * 1024n ** BigInt(power), 9 - fraction.length);
    scaled = exact > largestBinary ? largestBinary : exact;
    format = scaled > 0n && scaled < billion ? 'DecimalSI' : 'BinarySI';
  } else {
    const exponent = suffix in decimal ? decimal[suffix]! : Number(suffix.slice(1));
    if (Math.abs(exponent) > largestExponent) throw new Error("unable to parse quantity's suffix");
    format = suffix in decimal ? 'DecimalSI' : 'DecimalExponent';
    scaled = scale(mantissa, 9 + exponent - fraction.length);
  }
  return { nano: sign === '-' ? -scaled : scaled, format };
}

/** The canonical text: no fraction, the largest suffix that keeps it whole. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  // Small ones, and those that aren't whole, would lose something.
  if (format === 'BinarySI' && (nano >= 1024n * billion || nano <= -1024n * billion) && nano % billion === 0n) {
    let n = nano / billion;
    let power = 0;
    while (power < 6 && n % 1024n === 0n) {
      n /= 1024n;
      power++;
    }
    return `${n}${binary[power]}`;
  }
  const digits = String(nano);
  const thousands = Math.floor((digits.length - withoutTrailing(digits, '0').length) / 3);
  const [n, exponent] = [thousands ? digits.slice(0, -3 * thousands) : digits, 3 * thousands - 9];
  if (format === 'DecimalExponent') return exponent === 0 ? n : `${n}e${exponent}`;
  // Beyond `E` there are no suffixes, and upstream writes none.
  return `${n}${decimalSuffix.get(exponent) ?? ''}`;
}

/**
 * The text as upstream keeps it: canonical, except that one which says the canonical number and exponent in other letters (a sign,
 * zeros in front, a point behind, `5e0`) stays as it came. Throws when it is no quantity.
 */
export const keptQuantity = remembered((text) => {
  const canonical = formatQuantity(parseQuantity(text));
  return text === canonical || !isSpelledOut(text, canonical) ? canonical : text;
});

/** The same in thousandths, rounded up where it is finer: as lists of resources are kept. */
export const milliQuantity = remembered((text) => {
  const { nano, format } = parseQuantity(text);
  return nano % 1_000_000n === 0n
    ? keptQuantity(text)
    : formatQuantity({ nano: divideUp(nano, 1_000_000n) * 1_000_000n, format });
});

/** Whether upstream reads it without computing anything, and finds nothing to shorten. */
function isSpelledOut(text: string, canonical: string): boolean {
  const [, sign, digits = '', suffix = ''] = /^([+-]?)0*([1-9]\d*)\.?([a-zA-Z].*)?$/.exec(text) ?? [];
  const power = binary.indexOf(suffix);
  // More digits than this don't fit into 64 bits, and are read another way.
  const room = power > 0 ? 14 - 3 * power : 18;
  if (!digits || digits.length > room) return false;
  const exponent = /^[eE][+-]?\d+$/.test(suffix) ? Number(suffix.slice(1)) : undefined;
  if (exponent !== undefined && exponent < -9) return false;
  const plain = exponent === undefined ? suffix : exponent === 0 ? '' : `e${exponent}`;
  return `${sign === '-' ? '-' : ''}${digits}${plain}` === canonical;
}

/** The value in thousandths, rounded up: CPU as the scheduler and cgroups count it. */
export const milliValue = (text: string): number => Number(divideUp(parseQuantity(text).nano, 1_000_000n));

/** The value in whole units, rounded up: bytes, pods. */
export const unitValue = (text: string): number => Number(divideUp(parseQuantity(text).nano, billion));

/** The same as Go's 64 bits hold it. */
export const wrappedUnits = (text: string): bigint => wrapped(text, billion);
export const wrappedThousandths = (text: string): bigint => wrapped(text, 1_000_000n);

/** What is too large comes round to negative numbers, or to nothing where a suffix made it so. */
function wrapped(text: string, unit: bigint): bigint {
  const exact = divideUp(parseQuantity(text).nano, unit);
  const held = BigInt.asIntN(64, exact);
  return held !== exact && /[TPE]$|[eE]\+?\d+$/.test(text) ? 0n : held;
}

/** Negative, zero or positive as `a` is less than, equal to or more than `b`. */
export function compareQuantity(a: string, b: string): number {
  const [x, y] = [parseQuantity(a).nano, parseQuantity(b).nano];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Both together, written the way the first is, or the second when the first is nothing. */
export function sumOfQuantities(a: string, b: string): string {
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  return formatQuantity({ nano: x.nano + y.nano, format: x.nano === 0n ? y.format : x.format });
}

/** What the first has over the second, written as in a sum. */
export function differenceOfQuantities(a: string, b: string): string {
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  return formatQuantity({ nano: x.nano - y.nano, format: x.nano === 0n ? y.format : x.format });
}

function scale(n: bigint, power: number): bigint {
  return power >= 0 ? n * 10n ** BigInt(power) : divideUp(n, 10n ** BigInt(-power));
}

/** Division away from zero. */
function divideUp(n: bigint, by: bigint): bigint {
  const q = n / by;
  return n % by === 0n ? q : n > 0n ? q + 1n : q - 1n;
}
