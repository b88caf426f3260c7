import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { subjectAccessReview, tokenReview } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import type { Clock } from '@tiphys/sdk/runtime';
import { Remembered } from './remembered.ts';

export interface Caller {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface Refusal {
  readonly code: 401 | 403;
  readonly text: string;
}

/** Upstream's times: how long the API server's word on a caller is taken for good. */
const tokenMs = 2 * 60_000;
const allowedMs = 5 * 60_000;
const deniedMs = 30_000;

/** Who calls the node, and whether they may: asked of the API server, as upstream's webhook modes do. */
export class NodeAccess {
  readonly #client: Client;
  readonly #nodeName: string;
  readonly #callers: Remembered<Caller | undefined>;
  readonly #verdicts: Remembered<boolean>;

  constructor({ client, clock, nodeName }: { client: Client; clock: Clock; nodeName: string }) {
    this.#client = client;
    this.#nodeName = nodeName;
    this.#callers = new Remembered(clock, () => tokenMs);
    this.#verdicts = new Remembered(clock, (isAllowed) => (isAllowed ? allowedMs : deniedMs));
  }

  /** Undefined: let through. */
  async refusal(request: IncomingMessage, signal: AbortSignal): Promise<Refusal | undefined> {
    const caller = await this.#callerOf(request, signal);
    if (!caller) return { code: 401, text: 'Unauthorized' };
    const verb = verbOf(request.method);
    const subresources = subresourcesOf(request.url ?? '/');
    for (const subresource of subresources) {
      if (await this.#may(caller, { verb, subresource }, signal)) return undefined;
    }
    const asked = `user=${caller.name}, verb=${verb}, resource=nodes, subresource(s)=[${subresources.join(' ')}]`;
    return { code: 403, text: `Forbidden (${asked})\n` };
  }

  async #callerOf({ socket, headers }: IncomingMessage, signal: AbortSignal): Promise<Caller | undefined> {
    const tls = socket as TLSSocket;
    if (tls.authorized) {
      const { CN, O = [] } = tls.getPeerCertificate().subject as { CN?: string; O?: string | string[] };
      if (CN) return { name: CN, groups: [...[O].flat(), 'system:authenticated'] };
    }
    const token = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
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

  #may(caller: Caller, { verb, subresource }: { verb: string; subresource: string }, signal: AbortSignal) {
    const { name: user, groups, uid, extra } = caller;
    const spec = {
      user,
      groups: [...groups],
      ...(uid && { uid }),
      ...(extra && { extra: Object.fromEntries(Object.entries(extra).map(([k, v]) => [k, [...v]])) }),
      resourceAttributes: { verb, version: 'v1', resource: 'nodes', subresource, name: this.#nodeName },
    };
    return this.#verdicts.get(JSON.stringify(spec), async () => {
      const { status } = await this.#client.create(subjectAccessReview, { spec }, { signal });
      return status?.allowed ?? false;
    });
  }
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
export const verbOf = (method = ''): string => verbs[method] ?? '';

/** What a path is a part of; any one of these suffices. `proxy` is everything that has no name of its own. */
export function subresourcesOf(url: string): string[] {
  const path = url.replace(/[?#].*$/, '');
  const isUnder = (root: string) => path === root || path.startsWith(`${root}/`);
  if (isUnder('/stats')) return ['stats'];
  if (isUnder('/metrics')) return ['metrics'];
  if (isUnder('/logs')) return ['log'];
  if (isUnder('/checkpoint')) return ['checkpoint'];
  if (path === '/pods' || path === '/runningpods/' || path === '/runningpods') return ['pods', 'proxy'];
  if (isUnder('/healthz')) return ['healthz', 'proxy'];
  if (isUnder('/configz')) return ['configz', 'proxy'];
  return ['proxy'];
}
