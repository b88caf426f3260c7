import type { Clock } from '@tiphys/sdk/runtime';
import { MemoryBackend, type StoreBackend } from '../store/index.ts';

/** The store of a data directory. */
export function openStore(_dataDir: string, clock: Clock): Promise<StoreBackend> {
  return Promise.resolve(new MemoryBackend(clock));
}
