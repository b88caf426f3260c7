/** One line of the benchmark table: what was done, how fast, at which cost, and what to compare it with. */
export interface Row {
  /** Short and unique: `GET 2.6 KB`. */
  readonly what: string;
  /** What exactly was measured, for who wants to repeat it. */
  readonly definition: string;
  /** Operations per second. */
  readonly rate?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** CPU time of the server's process (user and system) per operation. */
  readonly cpuUs?: number;
  /** The share of the first peer's CPU time that it may take at most. */
  readonly budget?: number;
  /** Delay of the server's event loop, 99th percentile while this ran. */
  readonly loopP99Ms?: number;
  /** The longest it was held. */
  readonly loopMaxMs?: number;
  readonly rssMiB?: number;
  /** Bytes of memory for each of what is held. */
  readonly bytesEach?: number;
  /** The same work by something else in the same run. */
  readonly peers?: readonly Row[];
}

/** A benchmark: prints nothing, answers rows. Where a row costs little without the others, only those that are wanted. */
export interface Bench {
  readonly name: string;
  run(progress: (text: string) => void, wants: (what: string) => boolean): Promise<Row[]>;
}

const columns: readonly [title: string, cell: (r: Row) => string][] = [
  ['what', (r) => r.what],
  ['per s', (r) => number(r.rate)],
  ['× peer', (r) => number(r.rate && r.peers?.[0]?.rate && r.rate / r.peers[0].rate)],
  ['p50 ms', (r) => number(r.p50Ms)],
  ['p99 ms', (r) => number(r.p99Ms)],
  ['CPU µs', (r) => number(r.cpuUs)],
  ['of peer’s', (r) => number(r.cpuUs && r.peers?.[0]?.cpuUs && r.cpuUs / r.peers[0].cpuUs, 3)],
  ['budget', (r) => number(r.budget, 3)],
  ['loop p99 ms', (r) => number(r.loopP99Ms)],
  ['max', (r) => number(r.loopMaxMs)],
  ['MiB', (r) => number(r.rssMiB)],
  ['B each', (r) => number(r.bytesEach)],
];

/** The rows as a table, peers indented below what they are compared with, definitions underneath. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.flatMap((r) => [r, ...(r.peers ?? []).map((p) => ({ ...p, what: `  ${p.what}` }))]);
  const cells = [columns.map(([title]) => title), ...lines.map((r) => columns.map(([, cell]) => cell(r)))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  const text = cells.map((row) =>
    row.map((c, i) => (i === 0 ? c.padEnd(widths[i]!) : c.padStart(widths[i]!))).join('  '),
  );
  const notes = rows.map((r) => `${r.what}: ${r.definition}`);
  return [...text, '', ...notes].join('\n');
}

function number(value: number | undefined, digits = 2): string {
  if (value === undefined) return '';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(digits);
}
