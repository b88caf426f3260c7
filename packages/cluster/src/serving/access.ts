import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { subjectAccessReview, type SubjectAccessReviewSpec, tokenReview } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import type { Clock } from '@tiphys/sdk/runtime';
import { Remembered } from './remembered.ts';

export interface Caller {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Upstream's times: how long the API server's word on a caller is taken for good. */
const tokenMs = 2 * 60_000;
const allowedMs = 5 * 60_000;
const deniedMs = 30_000;

/** Who calls a component, and what they may: asked of the API server, as upstream's webhook modes do. */
export class DelegatedAccess {
  readonly #client: Client;
  readonly #callers: Remembered<Caller | undefined>;
  readonly #verdicts: Remembered<boolean>;

  constructor({ client, clock }: { client: Client; clock: Clock }) {
    this.#client = client;
    this.#callers = new Remembered(clock, () => tokenMs);
    this.#verdicts = new Remembered(clock, (isAllowed) => (isAllowed ? allowedMs : deniedMs));
  }

  /** Undefined: nobody that the cluster knows. */
  async callerOf({ socket, headers }: IncomingMessage, signal: AbortSignal): Promise<Caller | undefined> {
    const tls = socket as TLSSocket;
    if (tls.authorized) {
      // Who goes on with an earlier session and had no certificate then counts as authorized, and has none.
      const { subject } = tls.getPeerCertificate() as { subject?: { CN?: string; O?: string | string[] } };
      const { CN, O = [] } = subject ?? {};
      if (CN) return { name: CN, groups: [...[O].flat(), 'system:authenticated'] };
    }
    const token = bearerOf(headers);
    if (!token) return undefined;
    return this.#callers.get(token, async () => {
      const { status } = await this.#client.create(tokenReview, { spec: { token } }, { signal });
      const { authenticated, user } = status ?? {};
      if (!authenticated || !user?.username) return undefined;
      return {
        name: user.username,
        groups: user.groups ?? [],
        ...(user.uid && { uid: user.uid }),
        ...(user.extra && { extra: user.extra }),
      };
    });
  }

  may(
    { name: user, groups, uid, extra }: Caller,
    asked: Pick<SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const spec = {
      user,
      groups: [...groups],
      ...(uid && { uid }),
      ...(extra && { extra: Object.fromEntries(Object.entries(extra).map(([k, v]) => [k, [...v]])) }),
      ...asked,
    };
    return this.#verdicts.get(JSON.stringify(spec), async () => {
      const { status } = await this.#client.create(subjectAccessReview, { spec }, { signal });
      return status?.allowed ?? false;
    });
  }
}

export const bearerOf = (headers: IncomingMessage['headers']): string | undefined =>
  /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
