import type { IncomingMessage } from 'node:http';
import type { Clock } from '@tiphys/sdk/runtime';
import type { UserInfo } from '../context.ts';
import type { ServiceRoute } from '../services/index.ts';
import type { ExtensionConnections } from './extension-connections.ts';
import { hostOf } from './forward.ts';
import type { ForwardedApi } from './forwarded-apis.ts';
import { userHeaders } from './forwarded-headers.ts';

export interface AskDeps {
  readonly route: ServiceRoute;
  readonly connections: ExtensionConnections;
  readonly clock: Clock;
}

export interface Asked {
  readonly path: string;
  readonly as: UserInfo;
  readonly accept?: string;
  /** What of the answer we have already. */
  readonly etag?: string | undefined;
  readonly withinMs: number;
  /** What is said when it takes longer. */
  readonly tooLong: string;
}

export interface Told {
  readonly status: number;
  readonly contentType: string;
  readonly etag: string | undefined;
  readonly text: string;
}

/** Documents may be this large. */
const largestAnswer = 64 * 1024 * 1024;

/** Asks a server that serves APIs of others for something of our own. */
export async function ask({ route, connections, clock }: AskDeps, api: ForwardedApi, what: Asked): Promise<Told> {
  const { path, as, accept, etag, withinMs, tooLong } = what;
  const to = route(api.service);
  const message = await connections.send(api, to, {
    method: 'GET',
    path,
    headers: {
      host: hostOf(to),
      ...userHeaders(as),
      ...(accept && { accept }),
      ...(etag && { 'if-none-match': etag }),
    },
    onceOver: (end) => clock.after(withinMs, () => end(new Error(tooLong))),
  });
  const { statusCode: status = 502, headers } = message;
  const text = await textOf(message);
  return { status, contentType: headers['content-type'] ?? '', etag: headers.etag, text };
}

async function textOf(message: IncomingMessage): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of message as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > largestAnswer) throw new Error('the answer is too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}
