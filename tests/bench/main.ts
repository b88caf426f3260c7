import { parseArgs } from 'node:util';
import { api } from './api.bench.ts';
import { cel } from './cel.bench.ts';
import { deployment } from './deployment.bench.ts';
import { kbench } from './kbench.bench.ts';
import { memory } from './memory.bench.ts';
import { node } from './node.bench.ts';
import { type Bench, type Row, tableOf } from './row.ts';
import { scale } from './scale.bench.ts';
import { scheduling } from './scheduling.bench.ts';
import { start } from './start.bench.ts';
import { store } from './store.bench.ts';
import { upstream } from './upstream.bench.ts';

/** Every benchmark, in the order in which the table shows them. */
const benches: readonly Bench[] = [start, store, api, scale, deployment, scheduling, memory, node, cel];

/** Run when they are asked for: not everybody has what they need. */
const extras: readonly Bench[] = [upstream, kbench];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, kbench: { type: 'boolean' }, only: { type: 'string', multiple: true } },
});
const all = [...benches, ...extras];
const named = new Set([...positionals, ...(values.kbench ? [kbench.name] : [])]);
const chosen = all.filter((b) => named.has(b.name) || (!positionals.length && benches.includes(b)));
if (!chosen.length) {
  console.error(`no such benchmark: ${positionals.join(', ')}; there are ${all.map((b) => b.name).join(', ')}`);
  process.exit(2);
}

const rows: Row[] = [];
const { only = [''] } = values;
const wants = (what: string) => only.some((part) => what.includes(part));
for (const bench of chosen) {
  const progress = (text: string) => process.stderr.write(`bench: ${bench.name}: ${text}\n`);
  rows.push(...(await bench.run(progress, wants)));
}
console.log(values.json ? JSON.stringify(rows, undefined, 2) : tableOf(rows));
