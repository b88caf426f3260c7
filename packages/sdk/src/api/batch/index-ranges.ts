/** Indexes of an indexed job's pods, as its status and policies write them: `0,2-4`. */

export interface IndexRange {
  readonly first: number;
  readonly last: number;
}

const quoted = (text: string | undefined): string => JSON.stringify(text);
const outOfOrder = (previous: number, current: number): string =>
  `non-increasing order, previous: ${previous}, current: ${current}`;

/** One index or one range of them; a string says what is wrong with it. */
function parseRange(text: string, completions: number): IndexRange | string {
  const parts = text.split('-');
  if (parts.length > 2) {
    return `the fragment ${quoted(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  const limits: number[] = [];
  for (const part of parts) {
    if (!/^[+-]?\d+$/.test(part)) return `cannot convert string to integer for index: ${quoted(part)}`;
    if (Number(part) >= completions) return `too large index: ${quoted(part)}`;
    limits.push(Number(part));
  }
  const [first, last = first] = limits as [number, number?];
  return parts.length === 2 && first >= last ? outOfOrder(first, last) : { first, last };
}

/** The ranges in their order; a string says what is wrong with them. */
export function parseIndexes(text: string, completions: number): readonly IndexRange[] | string {
  const ranges: IndexRange[] = [];
  for (const part of text ? text.split(',') : []) {
    const range = parseRange(part, completions);
    if (typeof range === 'string') return range;
    const before = ranges.at(-1);
    if (before && before.last >= range.first) return outOfOrder(before.last, range.first);
    ranges.push(range);
  }
  return ranges;
}

export const countIndexes = (ranges: readonly IndexRange[]): number =>
  ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);

/** The first index that is in both; what can't be read is passed over. */
export function overlap(a: string, b: string, completions: number): number | undefined {
  const read = (text: string) =>
    (text ? text.split(',') : []).map((t) => parseRange(t, completions)).filter((r) => typeof r !== 'string');
  const [left, right] = [read(a), read(b)];
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    const [x, y] = [left[i]!, right[j]!];
    if (x.first <= y.last && y.first <= x.last) return Math.max(x.first, y.first);
    if (x.first <= y.first) i++;
    else j++;
  }
  return undefined;
}
