import { readFile } from 'node:fs/promises';
import type { Clock } from '../runtime/index.ts';

/** Kubelets replace mounted tokens in place; upstream's clients look again after a minute. */
const freshMs = 60_000;

/** A bearer token that lives in a file and is replaced there from time to time. */
export function tokenFromFile(path: string, clock: Clock): () => Promise<string> {
  let token = '';
  let readAt = -Infinity;
  return async () => {
    if (clock.monotonic() - readAt < freshMs) return token;
    try {
      token = (await readFile(path, 'utf8')).trim();
    } catch (err) {
      // A token that was good a minute ago may still be; without any there is nothing to send.
      if (!token) throw err;
    }
    readAt = clock.monotonic();
    return token;
  };
}
