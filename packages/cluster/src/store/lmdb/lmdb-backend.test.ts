import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimClock } from '@tiphys/sdk/testing';
import { storeContract } from '../store-contract.ts';
import { LmdbBackend } from './lmdb-backend.ts';

storeContract('lmdb', async () => {
  const path = mkdtempSync(join(tmpdir(), 'tiphys-store-'));
  const clock = new SimClock();
  const store = await LmdbBackend.open(path, { clock });
  return {
    store,
    pass: (ms) => clock.advance(ms),
    async [Symbol.asyncDispose]() {
      await store.close();
      rmSync(path, { recursive: true });
    },
  };
});
