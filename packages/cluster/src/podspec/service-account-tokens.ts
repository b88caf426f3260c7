import { type Pod, serviceAccount } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import type { JsonObject } from '@tiphys/sdk/machinery';
import { type Clock, messageOf, type Random } from '@tiphys/sdk/runtime';

interface Issued {
  readonly token: string;
  readonly refreshAt: number;
  readonly expiresAt: number;
}

/** A token is asked for anew when this much of its life is over, or after a day. */
const lifeUsed = 0.8;
const longestUseMs = 24 * 3_600_000;
const jitterMs = 10_000;

/** Tokens of service accounts, bound to the pods they are for and renewed before they expire. */
export class ServiceAccountTokens {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #issued = new Map<string, Map<string, Issued>>();

  constructor({ client, clock, random }: { client: Client; clock: Clock; random: Random }) {
    this.#client = client;
    this.#clock = clock;
    this.#random = random;
  }

  async token(
    pod: Pod,
    { audience, expirationSeconds }: { audience: string; expirationSeconds: number },
    signal: AbortSignal,
  ): Promise<string> {
    const { name, namespace, uid = '' } = pod.metadata;
    const key = JSON.stringify([pod.spec.serviceAccountName, audience, expirationSeconds]);
    const now = this.#clock.now();
    const held = this.#issued.get(uid)?.get(key);
    if (held && now < held.refreshAt) return held.token;
    const account = pod.spec.serviceAccountName ?? 'default';
    const body: JsonObject = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        audiences: audience ? [audience] : [],
        expirationSeconds,
        boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid },
      },
    };
    try {
      const metadata = { name: account, ...(namespace && { namespace }) };
      const answer = await this.#client.post(serviceAccount, { metadata }, 'token', body, { signal });
      const { token, expirationTimestamp } = answer['status'] as { token: string; expirationTimestamp: string };
      this.#keep(uid, key, token, now, Date.parse(expirationTimestamp));
      return token;
    } catch (err) {
      // The server may be away for a while; what we have is good until it expires.
      if (held && now < held.expiresAt && !signal.aborted) return held.token;
      const why = messageOf(err);
      throw new Error(`failed to fetch token: ${why}`, { cause: err });
    }
  }

  /** When the first of the pod's tokens is to be asked for anew. */
  dueInMs(uid: string): number | undefined {
    const due = [...(this.#issued.get(uid)?.values() ?? [])].map((t) => t.refreshAt);
    return due.length ? Math.max(0, Math.min(...due) - this.#clock.now()) : undefined;
  }

  forget(uid: string): void {
    this.#issued.delete(uid);
  }

  #keep(uid: string, key: string, token: string, issuedAt: number, expiresAt: number): void {
    const life = Math.min(longestUseMs, (expiresAt - issuedAt) * lifeUsed);
    const refreshAt = issuedAt + life - this.#random.next() * Math.min(jitterMs, life / 2);
    const tokens = this.#issued.get(uid) ?? new Map<string, Issued>();
    this.#issued.set(uid, tokens.set(key, { token, refreshAt, expiresAt }));
  }
}
