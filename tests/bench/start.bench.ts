import { cpuMicros } from './process-usage.ts';
import type { Bench, Row } from './row.ts';
import { TiphysProcess } from './tiphys-process.ts';

const runs = 5;
const settleMs = 30_000;
const idleSeconds = 10;

/** How soon a cluster answers, and what it takes when nothing happens. */
export const start: Bench = {
  name: 'start',
  async run(progress) {
    const times: number[] = [];
    for (let i = 0; i < runs; i++) {
      progress(`start ${i + 1} of ${runs}`);
      await using cluster = await TiphysProcess.start('up', '--nodes', 'sim:1');
      times.push(cluster.readyMs);
    }
    const sorted = times.toSorted((a, b) => a - b);
    progress('memory after 30 s');
    await using cluster = await TiphysProcess.start('up', '--nodes', 'sim:1');
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const { rssMiB } = cluster;
    // Looking at its loop would cost more than the cluster does.
    const before = cpuMicros(cluster.pid);
    await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
    const cpuUs = (cpuMicros(cluster.pid) - before) / idleSeconds;
    const rows: Row[] = [
      {
        what: 'start to /readyz',
        definition: `from exec of \`tiphys up --nodes sim:1\` on an empty data directory to the first 200 of /readyz over TLS; median and worst of ${runs}`,
        p50Ms: sorted[Math.floor(runs / 2)]!,
        p99Ms: sorted.at(-1)!,
      },
      {
        what: 'empty cluster',
        definition: 'resident memory 30 s after the start; CPU time per second of doing nothing, one simulated node',
        rssMiB,
        cpuUs,
      },
    ];
    return rows;
  },
};
