import * as api from '@tiphys/sdk/api';
import { type Client, discover } from '@tiphys/sdk/client';
import type { ControllerDeps } from '@tiphys/sdk/operator';
import { throwIfAborted } from '@tiphys/sdk/runtime';
import type { AnyKind } from '@tiphys/sdk/schema';

const declared = Object.values(api as unknown as Record<string, Partial<AnyKind>>).filter(
  (value): value is AnyKind => value.listKind !== undefined,
);

/** Kinds that the server has and whose objects can be listed, watched and deleted. */
export async function deletableKinds(client: Client, signal: AbortSignal): Promise<AnyKind[]> {
  const served = await discover(client, { signal });
  const deletable = served.filter(({ verbs }) => ['list', 'watch', 'delete'].every((verb) => verbs.includes(verb)));
  const keys = new Set(deletable.map(({ group, version, kind }) => `${group}/${version}/${kind}`));
  return declared.filter(({ group, version, kind }) => keys.has(`${group}/${version}/${kind}`));
}

const retryMs = 1000;

/** The same in the form in which they are stored, but for events, which go by themselves; waits for a server that tells. */
export async function lastingKinds(
  { client, clock, log }: Pick<ControllerDeps, 'client' | 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<AnyKind[]> {
  for (;;) {
    try {
      return (await deletableKinds(client, signal)).filter((k) => k.plural !== 'events' && !k.hub);
    } catch (err) {
      throwIfAborted(signal);
      log.warn('waiting for the server to tell its kinds', { error: String(err) });
    }
    await clock.sleep(retryMs, signal);
  }
}
