/** `1.36.0-beta.1+build`, as semver.org has it. */
export interface SemanticVersion {
  readonly numbers: readonly [number, number, number];
  readonly prerelease: readonly string[];
}

const number = '(0|[1-9]\\d*)';
const part = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
const syntax = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-(${part}(?:\\.${part})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

export function parseVersion(text: string): SemanticVersion | undefined {
  const found = syntax.exec(text);
  if (!found) return undefined;
  const [, major, minor, patch, prerelease] = found;
  return { numbers: [Number(major), Number(minor), Number(patch)], prerelease: prerelease?.split('.') ?? [] };
}

/** Negative, zero or positive. What leads to a release comes before it. */
export function compareVersions(a: SemanticVersion, b: SemanticVersion): number {
  for (const [i, n] of a.numbers.entries()) if (n !== b.numbers[i]) return n - b.numbers[i]!;
  if (!a.prerelease.length || !b.prerelease.length) return b.prerelease.length - a.prerelease.length;
  for (const [i, x] of a.prerelease.entries()) {
    const y = b.prerelease[i];
    if (y === undefined) return 1;
    if (x === y) continue;
    const [isXNumber, isYNumber] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (isXNumber && isYNumber) return Number(x) - Number(y);
    if (isXNumber !== isYNumber) return isXNumber ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return a.prerelease.length - b.prerelease.length;
}
