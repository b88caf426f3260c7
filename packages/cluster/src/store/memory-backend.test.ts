import { SimClock } from '@tiphys/sdk/testing';
import { MemoryBackend } from './memory-backend.ts';
import { storeContract } from './contract/store-contract.ts';

storeContract('memory', async () => {
  const clock = new SimClock();
  const store = new MemoryBackend(clock);
  return {
    store,
    pass: (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: () => store.close(),
  };
});
