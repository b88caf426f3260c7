import { seededRandom } from '../runtime/index.ts';
import { clientContract } from './client-contract.ts';
import { FakeClient } from './fake-client.ts';
import { SimClock } from './sim-clock.ts';

clientContract('fake client', () => {
  const client = new FakeClient({ clock: new SimClock(), random: seededRandom(1) });
  return Promise.resolve({
    client,
    namespace: 'default',
    compact: () => client.compact(),
    close: () => Promise.resolve(),
  });
});
