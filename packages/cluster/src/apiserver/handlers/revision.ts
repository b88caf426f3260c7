import { StatusError } from '@tiphys/sdk/machinery';
import type { Feed } from '../cache/feed.ts';

/** A revision that is still to come is waited for a little, then refused. */
export async function atLeast(feed: Feed, revision: number): Promise<void> {
  if (revision <= feed.revision) return;
  await feed.current();
  if (revision > feed.revision) {
    throw new StatusError(504, 'Timeout', `Too large resource version: ${revision}, current: ${feed.revision}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  }
}

export const unparsableRevision = (text: string): string =>
  `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
