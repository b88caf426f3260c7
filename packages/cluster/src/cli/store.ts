import type { Clock } from '@tiphys/sdk/runtime';
import { DataDirectoryError, LmdbBackend, type StoreBackend } from '../store/index.ts';
import { filesIn, makeDataDir } from './data-dir.ts';
import { Failure } from './failure.ts';

/** The store of a data directory, which no other process can use as long as it is open. */
export async function openStore(dataDir: string, clock: Clock): Promise<StoreBackend> {
  makeDataDir(dataDir);
  try {
    return await LmdbBackend.open(filesIn(dataDir).store, { clock });
  } catch (err) {
    if (err instanceof DataDirectoryError) throw new Failure(err.message, { cause: err });
    throw err;
  }
}
