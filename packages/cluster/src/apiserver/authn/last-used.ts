import { secret as secretKind, type Secret } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { own } from '@tiphys/sdk/machinery';
import type { Clock, Logger } from '@tiphys/sdk/runtime';
import { dayOf } from '../day.ts';

const label = 'kubernetes.io/legacy-token-last-used';
const dayMs = 86_400_000;

export interface LastUsedDeps {
  readonly client: Pick<Client, 'patch'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Labels secrets with the day on which their tokens were last used. Nobody waits for it, and nobody is refused when it fails. */
export class LastUsed {
  readonly #deps: LastUsedDeps;
  /** Those that are being labelled: many requests may come before the first has been. */
  readonly #marking = new Set<string>();

  constructor(deps: LastUsedDeps) {
    this.#deps = deps;
  }

  mark({ metadata: { namespace = '', name = '', uid = '', labels = {} } }: Secret): void {
    const day = dayToTell(own(labels, label), this.#deps.clock.now());
    if (day === undefined || this.#marking.has(uid)) return;
    this.#marking.add(uid);
    const { client, log } = this.#deps;
    // With the uid: one that has taken its place since is another.
    const patch = { metadata: { uid, labels: { [label]: day } } };
    void client
      .patch(secretKind, { metadata: { namespace, name } }, { type: 'merge', patch })
      .catch((err: unknown) =>
        log.error('a secret was not labelled with the day on which its token was last used', {
          secret: `${namespace}/${name}`,
          error: String(err),
        }),
      )
      .finally(() => this.#marking.delete(uid));
  }
}

/** The day to write down; none where it is told already, or by a server whose clock is ahead, the next. */
export function dayToTell(told: string | undefined, now: number): string | undefined {
  const today = dayOf(now);
  return told === today || told === dayOf(now + dayMs) ? undefined : today;
}
