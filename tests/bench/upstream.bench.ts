import { apiWork, done, prepareServer } from './api-work.ts';
import type { Bench, Row } from './row.ts';
import { TiphysProcess } from './tiphys-process.ts';
import { Upstream, upstreamIsMissing, upstreamName } from './upstream.ts';

/** The rows of `api` beside a real kube-apiserver over an etcd of its own; asked for by name, where Go can build them. */
export const upstream: Bench = {
  name: 'upstream',
  async run(progress, wants) {
    const missing = upstreamIsMissing();
    if (missing) {
      progress(`skipped: ${missing}`);
      return [];
    }
    await using theirs = await Upstream.start();
    await using ours = await TiphysProcess.start('apiserver');
    for (const { client } of [ours, theirs]) await prepareServer(client);
    const rows: Row[] = [];
    for (const work of apiWork(wants)) {
      progress(work.what);
      const { what, definition, budget } = work;
      for (const { client } of [ours, theirs]) await work.prepare(client);
      const [own, asked] = await done(work, [ours, theirs]);
      const other = { what: upstreamName, definition: 'the same, CPU of both processes', ...asked };
      rows.push({ what, definition, ...own, ...(budget && { budget }), peers: [other] });
    }
    rows.push({
      what: 'after all of that',
      definition: 'resident memory',
      rssMiB: ours.rssMiB,
      peers: [{ what: upstreamName, definition: 'of both processes', rssMiB: theirs.rssMiB }],
    });
    return rows;
  },
};
