import type { IncomingMessage } from 'node:http';
import type { Client } from '@tiphys/sdk/client';
import type { Clock } from '@tiphys/sdk/runtime';
import { DelegatedAccess } from '../../serving/index.ts';

export interface Refusal {
  readonly code: 401 | 403;
  readonly text: string;
}

/** Who calls the node, and whether they may: asked of the API server. */
export class NodeAccess {
  readonly #access: DelegatedAccess;
  readonly #nodeName: string;

  constructor({ client, clock, nodeName }: { client: Client; clock: Clock; nodeName: string }) {
    this.#access = new DelegatedAccess({ client, clock });
    this.#nodeName = nodeName;
  }

  /** Undefined: let through. */
  async refusal(request: IncomingMessage, signal: AbortSignal): Promise<Refusal | undefined> {
    const caller = await this.#access.callerOf(request, signal);
    if (!caller) return { code: 401, text: 'Unauthorized' };
    const verb = verbOf(request.method);
    const subresources = subresourcesOf(request.url ?? '/');
    for (const subresource of subresources) {
      const resourceAttributes = { verb, version: 'v1', resource: 'nodes', subresource, name: this.#nodeName };
      if (await this.#access.may(caller, { resourceAttributes }, signal)) return undefined;
    }
    const asked = `user=${caller.name}, verb=${verb}, resource=nodes, subresource(s)=[${subresources.join(' ')}]`;
    return { code: 403, text: `Forbidden (${asked})\n` };
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
