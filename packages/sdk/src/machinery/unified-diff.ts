/** How two JSON values differ, as `diff -u` tells it: line by line of their indented text, three lines around each change. */
export function unifiedDiff(before: unknown, after: unknown): string {
  const [a, b] = [linesOf(before), linesOf(after)];
  return hunks(edits(a, b))
    .map(
      ({ lines, fromA, fromB, countA, countB }) =>
        `@@ -${range(fromA, countA)} +${range(fromB, countB)} @@\n${lines.map((l) => `${l}\n`).join('')}`,
    )
    .join('');
}

const context = 3;

const linesOf = (value: unknown): string[] => JSON.stringify(value ?? null, null, 1).split('\n');
const range = (from: number, count: number): string => (count === 1 ? `${from}` : `${from},${count}`);

interface Edit {
  readonly mark: ' ' | '-' | '+';
  readonly line: string;
}

/** The lines both have, those of the first alone and those of the second, in order. What the ends share is set aside first. */
function edits(a: readonly string[], b: readonly string[]): Edit[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const same = (lines: readonly string[]) => lines.map((line): Edit => ({ mark: ' ', line }));
  return [
    ...same(a.slice(0, head)),
    ...longestCommon(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ];
}

/** More than this many pairs of lines to compare are told as one replacement. */
const mostPairs = 1_000_000;

function longestCommon(a: readonly string[], b: readonly string[]): Edit[] {
  const removed = (lines: readonly string[]) => lines.map((line): Edit => ({ mark: '-', line }));
  const added = (lines: readonly string[]) => lines.map((line): Edit => ({ mark: '+', line }));
  if (a.length * b.length > mostPairs) return [...removed(a), ...added(b)];
  const width = b.length + 1;
  const length = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      length[i * width + j] =
        a[i] === b[j]
          ? length[(i + 1) * width + j + 1]! + 1
          : Math.max(length[(i + 1) * width + j]!, length[i * width + j + 1]!);
    }
  }
  const out: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      out.push({ mark: ' ', line: a[i]! });
      i++;
      j++;
    } else if (length[(i + 1) * width + j]! >= length[i * width + j + 1]!) out.push(...removed([a[i++]!]));
    else out.push(...added([b[j++]!]));
  }
  return [...out, ...removed(a.slice(i)), ...added(b.slice(j))];
}

interface Hunk {
  readonly lines: string[];
  readonly fromA: number;
  readonly fromB: number;
  countA: number;
  countB: number;
}

function hunks(all: readonly Edit[]): Hunk[] {
  const near = all.map((_, i) => all.slice(Math.max(0, i - context), i + context + 1).some((e) => e.mark !== ' '));
  const out: Hunk[] = [];
  let hunk: Hunk | undefined;
  let [lineA, lineB] = [1, 1];
  for (const [i, { mark, line }] of all.entries()) {
    if (!near[i]) hunk = undefined;
    else {
      if (!hunk) out.push((hunk = { lines: [], fromA: lineA, fromB: lineB, countA: 0, countB: 0 }));
      hunk.lines.push(`${mark}${line}`);
      if (mark !== '+') hunk.countA++;
      if (mark !== '-') hunk.countB++;
    }
    if (mark !== '+') lineA++;
    if (mark !== '-') lineB++;
  }
  return out;
}
