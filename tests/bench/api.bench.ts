import { apiWork, done, prepareServer } from './api-work.ts';
import { BareServer } from './bare-server.ts';
import type { Bench, Row } from './row.ts';
import { TiphysProcess } from './tiphys-process.ts';

/** The API server alone, over the embedded store, driven from this process on the same machine. */
export const api: Bench = {
  name: 'api',
  async run(progress, wants) {
    await using bare = await BareServer.start();
    await using server = await TiphysProcess.start('apiserver');
    await prepareServer(server.client);
    const rows: Row[] = [];
    for (const work of apiWork(wants)) {
      progress(work.what);
      await work.prepare(server.client);
      const { what, definition, bare: asBare } = work;
      if (asBare !== undefined) await work.prepare(bare.client);
      const [own, asked] = await done(work, asBare === undefined ? [server] : [server, bare]);
      const peers = asked && [{ what: 'bare node:http2', definition: asBare!, ...asked }];
      rows.push({ what, definition, ...own, ...(peers && { peers }) });
    }
    return rows;
  },
};
