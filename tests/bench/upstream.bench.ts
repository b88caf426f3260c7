import { withoutGo } from '../go/go-program.ts';
import { UpstreamApiServer } from '../go/upstream-apiserver.ts';
import { etcds, newerEtcd, startEtcd } from '../robustness/etcd-servers.ts';
import { apiWork, done, type MeasuredServer, prepareServer } from './api-work.ts';
import { cpuMicros, residentMiB } from './process-usage.ts';
import type { Bench, Row } from './row.ts';
import { TiphysProcess } from './tiphys-process.ts';

const name = 'kube-apiserver 1.36 and etcd 3.6';

/** The rows of `api` beside a real kube-apiserver over an etcd of its own; asked for by name, where Go can build them. */
export const upstream: Bench = {
  name: 'upstream',
  async run(progress, wants) {
    const missing = withoutGo('kube-apiserver') ?? withoutGo('etcd');
    if (missing) {
      progress(`skipped: ${missing}`);
      return [];
    }
    await using etcd = await startEtcd(1, { program: etcds.find((e) => e.version === newerEtcd)!.program() });
    // A thousand watches come over four connections.
    await using theirs = await UpstreamApiServer.start(etcd.endpoints, '--http2-max-streams-per-connection=1000');
    await using ours = await TiphysProcess.start('apiserver');
    const pids = [theirs.pid, ...etcd.members.map((m) => m.process.pid!)];
    const peer: MeasuredServer = {
      client: theirs.client,
      async measure(operations, work) {
        const used = () => pids.reduce((sum, pid) => sum + cpuMicros(pid), 0);
        const before = used();
        const result = await work();
        return { result, cpuUs: (used() - before) / operations };
      },
    };
    for (const { client } of [ours, theirs]) await prepareServer(client);
    const rows: Row[] = [];
    for (const work of apiWork(wants)) {
      progress(work.what);
      const { what, definition } = work;
      for (const { client } of [ours, theirs]) await work.prepare(client);
      const own = await done(work, ours);
      const other = { what: name, definition: 'the same, CPU of both processes', ...(await done(work, peer)) };
      rows.push({ what, definition, ...own, peers: [other] });
    }
    const theirMiB = pids.reduce((sum, pid) => sum + residentMiB(pid), 0);
    rows.push({
      what: 'after all of that',
      definition: 'resident memory',
      rssMiB: ours.rssMiB,
      peers: [{ what: name, definition: 'of both processes', rssMiB: theirMiB }],
    });
    return rows;
  },
};
