import { quoted } from '../../machinery/index.ts';

/** A version after semver.org, read as strictly as upstream reads it. */
export interface SemanticVersion {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: readonly (bigint | string)[];
}

/** Throws an `Error` in upstream's words for what is no version. */
export function parseVersion(text: string): SemanticVersion {
  if (!text) throw new Error('Version string empty');
  const { parts } = split(text);
  if (parts.length !== 3) throw new Error('No Major.Minor.Patch elements found');
  const [majorText, minorText, rest] = parts as [string, string, string];
  const major = numberOf(majorText, 'major');
  const minor = numberOf(minorText, 'minor');
  const plus = rest.indexOf('+');
  const build = plus < 0 ? [] : rest.slice(plus + 1).split('.');
  const before = plus < 0 ? rest : rest.slice(0, plus);
  const dash = before.indexOf('-');
  const patch = numberOf(dash < 0 ? before : before.slice(0, dash), 'patch');
  const prerelease =
    dash < 0
      ? []
      : before
          .slice(dash + 1)
          .split('.')
          .map(identifierOf);
  for (const word of build) {
    if (!word) throw new Error('Build meta data is empty');
    if (!isWord(word)) throw new Error(`Invalid character(s) found in build meta data ${quoted(word)}`);
  }
  return { major, minor, patch, prerelease };
}

/** Takes what people write: a `v` before it, leading zeros, only one or two numbers. */
export function parseLooseVersion(text: string): SemanticVersion {
  const { parts } = split(text.replace(/^v/, ''));
  const numbers = parts.map((p) => (p.length > 1 ? p.replace(/^0+/, '').replace(/^(?!\d)/, '0') : p));
  if (numbers.length < 3 && /[+-]/.test(numbers.at(-1)!)) {
    throw new Error('short version cannot contain PreRelease/Build meta data');
  }
  while (numbers.length < 3) numbers.push('0');
  return parseVersion(numbers.join('.'));
}

/** Build metadata doesn't count. */
export function compareVersions(a: SemanticVersion, b: SemanticVersion): -1 | 0 | 1 {
  for (const part of ['major', 'minor', 'patch'] as const) if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  const [x, y] = [a.prerelease, b.prerelease];
  if (!x.length || !y.length) return x.length ? -1 : y.length ? 1 : 0;
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const order = compareIdentifiers(x[i]!, y[i]!);
    if (order) return order;
  }
  return x.length === y.length ? 0 : x.length < y.length ? -1 : 1;
}

function compareIdentifiers(a: bigint | string, b: bigint | string): -1 | 0 | 1 {
  if (typeof a !== typeof b) return typeof a === 'bigint' ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** At the first two dots. */
function split(text: string): { parts: string[] } {
  const [first, second, ...rest] = text.split('.');
  return { parts: [first!, ...(second === undefined ? [] : [second]), ...(rest.length ? [rest.join('.')] : [])] };
}

const isWord = (text: string): boolean => /^[0-9A-Za-z-]*$/.test(text);

function numberOf(text: string, name: 'major' | 'minor' | 'patch'): bigint {
  if (/\D/.test(text)) throw new Error(`Invalid character(s) found in ${name} number ${quoted(text)}`);
  if (/^0./.test(text)) {
    throw new Error(`${name[0]!.toUpperCase()}${name.slice(1)} number must not contain leading zeroes ${quoted(text)}`);
  }
  return unsigned(text);
}

function identifierOf(text: string): bigint | string {
  if (!text) throw new Error('Prerelease is empty');
  if (!/\D/.test(text)) {
    if (/^0./.test(text)) {
      throw new Error(`Numeric PreRelease version must not contain leading zeroes ${quoted(text)}`);
    }
    return unsigned(text);
  }
  if (!isWord(text)) throw new Error(`Invalid character(s) found in prerelease ${quoted(text)}`);
  return text;
}

function unsigned(text: string): bigint {
  const fail = (why: string): never => {
    throw new Error(`strconv.ParseUint: parsing ${quoted(text)}: ${why}`);
  };
  if (!text) fail('invalid syntax');
  const value = BigInt(text);
  return value < 2n ** 64n ? value : fail('value out of range');
}
