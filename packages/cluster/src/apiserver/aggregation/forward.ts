import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '@tiphys/sdk/runtime';
import type { UserHeaders } from '../authn/index.ts';
import type { RequestContext, ServerRequest, ServerResponse } from '../context.ts';
import { textResponse } from '../handlers/respond.ts';
import { exchange, headOf } from '../nodes/exchange.ts';
import { onceOver } from '../once-over.ts';
import type { Reached, ServiceRoute } from '../services/index.ts';
import { asksForUpgrade } from '../subresources/connect/session.ts';
import type { ExtensionConnections, ExtensionRequest } from './extension-connections.ts';
import type { ForwardedApi } from './forwarded-apis.ts';
import { forwardedHeaders, saysWhoAsks } from './forwarded-headers.ts';
import { forwardedPath, forwardedQuery } from './forwarded-path.ts';

export interface ForwardDeps {
  readonly route: ServiceRoute;
  readonly connections: ExtensionConnections;
  readonly clock: Clock;
  /** By what headers clients could say who they are, here or elsewhere: none of them goes on. */
  readonly identity: readonly UserHeaders[];
  /** Whether an answer that sends the client elsewhere is kept from it. */
  readonly rejectRedirects: boolean;
}

export type Forward = (c: RequestContext, api: ForwardedApi) => Promise<ServerResponse>;

/** Who asks what there is in a version is answered soon, or not at all. */
const discoveryMs = 5000;

/** Passes a request on to whoever serves it, and the answer back, both at the pace of who reads them. */
export function forwarder({ route, connections, clock, identity, rejectRedirects }: ForwardDeps): Forward {
  const isIdentity = saysWhoAsks(identity);
  return async (c, api) => {
    if (!api.isAvailable) return unavailable();
    const to = resolved(route, api);
    if (!to) return unavailable();
    const isUpgrade = asksForUpgrade(c);
    const path = forwardedPath(c.info.path);
    if (path === undefined) return textResponse(400, '400 Bad Request');
    const { method, headers, remoteAddress } = c.request;
    const { user, auditId } = c;
    const from = { headers, user, auditId, remoteAddress };
    const head = {
      method,
      path: `${path}${forwardedQuery(c.query)}`,
      headers: forwardedHeaders({ ...from, host: hostOf(to), path, isUpgrade, isIdentity }),
    };
    if (isUpgrade) return upgraded(api, to, { head, connections, signal: c.request.signal });
    try {
      const what = { ...(await withBody(head, c.request)), onceOver: ending(c, clock) };
      return answerOf(await connections.send(api, to, what), c.request.method, rejectRedirects);
    } catch (err) {
      return textResponse(503, `error trying to reach service: ${(err as Error).message}\n`);
    }
  };
}

export const unavailable = (): ServerResponse => textResponse(503, 'service unavailable\n');

function resolved(route: ServiceRoute, api: ForwardedApi): Reached | undefined {
  try {
    return route(api.service);
  } catch {
    // Its condition tells why.
    return undefined;
  }
}

export const hostOf = ({ host, port }: Reached): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

type Head = Pick<ExtensionRequest, 'method' | 'path' | 'headers'>;

/** When the client doesn't wait any more, or has waited long enough. */
function ending({ info, request }: RequestContext, clock: Clock): ExtensionRequest['onceOver'] {
  const isDiscovery = !info.isResource && info.path.replace(/^\/+|\/+$/g, '').split('/').length === 3;
  if (!isDiscovery) return (f) => onceOver(request, f);
  return (f) => {
    const cancel = clock.after(discoveryMs, () => f(new Error('context deadline exceeded')));
    const forget = onceOver(request, f);
    return () => {
      cancel();
      forget();
    };
  };
}

async function withBody(head: Head, request: ServerRequest): Promise<Omit<ExtensionRequest, 'onceOver'>> {
  const { headers, method } = request;
  if (method === 'GET' || method === 'HEAD') return head;
  if (!request.stream) {
    const made = await request.body();
    if (made === undefined) return head;
    const bytes = made instanceof Uint8Array ? made : Buffer.from(JSON.stringify(made));
    const said = { 'content-type': 'application/json', ...head.headers, 'content-length': String(bytes.length) };
    return { ...head, headers: said, body: bytes };
  }
  const sent = request.stream();
  if (!sent) return head;
  const framing = headers['content-length'] === undefined ? { 'transfer-encoding': 'chunked' } : {};
  return { ...head, headers: { ...head.headers, ...framing }, body: sent };
}

const hasNoBody = (status: number, method: string): boolean => method === 'HEAD' || status === 204 || status === 304;

function answerOf(message: IncomingMessage, method: string, rejectRedirects: boolean): ServerResponse {
  const { status, headers: all } = headOf(message);
  // Of the connection there, which HTTP/2 wouldn't even say.
  const { upgrade: _upgrade, 'proxy-connection': _proxy, ...headers } = all;
  if (rejectRedirects && status >= 300 && status <= 399 && headers['location']) {
    message.destroy();
    return refusedRedirect();
  }
  const cached = headers['cache-control'];
  const both = cached === undefined ? headers : { ...headers, 'cache-control': [notKept, ...[cached].flat()] };
  if (!hasNoBody(status, method)) return { status, headers: both, body: { type: 'stream', chunks: message } };
  message.resume();
  return { status, headers: both, body: { type: 'none' } };
}

/** What every answer says of itself, whatever others add to it. */
const notKept = 'no-cache, private';

function refusedRedirect(): ServerResponse {
  const text = 'the backend attempted to redirect this request, which is not permitted';
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-length': String(text.length) };
  return { status: 502, headers, body: { type: 'bytes', pieces: [Buffer.from(text)] } };
}

interface Upgrading {
  readonly head: Head;
  readonly connections: ExtensionConnections;
  readonly signal: AbortSignal;
}

/** A connection of its own, joined with the client's once both sides speak another protocol. */
async function upgraded(
  api: ForwardedApi,
  to: Reached,
  { head, connections, signal }: Upgrading,
): Promise<ServerResponse> {
  let connection: Duplex | undefined;
  try {
    connection = await connections.connect(api, to, signal);
    const answer = await exchange(connection, head);
    const { status, headers, body } = answer;
    if (answer.upgraded) return { status, headers, body: { type: 'upgrade', stream: answer.upgraded } };
    if (status >= 400) return { status, headers, body: { type: 'stream', chunks: body } };
    connection.destroy();
    return textResponse(503, `invalid upgrade response: status code ${status}\n`);
  } catch (err) {
    const what = connection ? '' : 'error dialing backend: ';
    return textResponse(503, `${what}${(err as Error).message}\n`);
  }
}
