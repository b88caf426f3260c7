import { StatusError } from '@tiphys/sdk/machinery';
import type { Feed } from '../cache/feed.ts';
import { integerProblem } from './list-options.ts';

/** A revision that is still to come is waited for a little, then refused. */
export async function atLeast(feed: Feed, revision: number): Promise<void> {
  if (revision <= feed.revision) return;
  await feed.current();
  if (revision > feed.revision) {
    throw new StatusError(
      504,
      'Timeout',
      `Timeout: Too large resource version: ${revision}, current: ${feed.revision}`,
      {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    );
  }
}

/** Why a text can't be a revision; an empty one asks for none in particular. */
export function revisionProblem(text: string): string | undefined {
  const problem = text === '' ? undefined : integerProblem(text, 'ParseUint');
  return problem && `resourceVersion: Invalid value: ${JSON.stringify(text)}: ${problem}`;
}
