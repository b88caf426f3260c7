import { namespace } from '@tiphys/sdk/api';
import { seededRandom } from '@tiphys/sdk/runtime';
import { clientContract, SimClock } from '@tiphys/sdk/testing';
import { simServer } from '../sim/sim-server.ts';

clientContract('the API server, in process', async () => {
  const clock = new SimClock();
  const stop = new AbortController();
  const server = await simServer({ clock, random: seededRandom(1) }, stop.signal);
  const client = server.client('contract');
  await client.create(namespace, { metadata: { name: 'default' } });
  return {
    client,
    namespace: 'default',
    close: async () => {
      stop.abort();
      await server.done;
    },
  };
});
