import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Readable } from 'node:stream';
import { abortError } from '@tiphys/sdk/runtime';
import { serviceUnavailable } from '@tiphys/sdk/machinery';
import type { RequestContext, ServerResponse } from '../../context.ts';
import type { SubresourceHandler } from '../../handlers/dispatch.ts';
import { type Answer, exchange, passedOn } from '../../nodes/exchange.ts';
import { dialError, dialTls } from '../../nodes/connector.ts';
import { admitConnection, type ConnectDeps } from './deps.ts';
import { nodeTarget, podTarget, type ProxyTarget, type ResolveTarget, serviceTarget } from './proxy-target.ts';
import { type ProxiedAt, rewriteHtml, rewriteUrl } from './rewrite.ts';
import { asksForUpgrade } from './session.ts';

const verbs = ['get', 'watch', 'create', 'update', 'patch', 'delete', ''];

/** `pods/NAME/proxy/…`, `services/NAME/proxy/…` and `nodes/NAME/proxy/…`: HTTP to what only the cluster reaches. */
export const proxies = (deps: ConnectDeps): SubresourceHandler[] => [
  proxy('pods', podTarget, deps),
  proxy('services', serviceTarget, deps),
  proxy('nodes', nodeTarget, deps),
];

const proxy = (resource: string, resolve: ResolveTarget, deps: ConnectDeps): SubresourceHandler => ({
  of: { group: '', resource },
  subresource: 'proxy',
  verbs,
  async handle(c, registry) {
    const { namespace, name } = c.info;
    const target = await resolve(registry, { namespace, name }, deps);
    await admitConnection(c, registry, deps);
    const { prefix, rest, search } = splitPath(c.request.path);
    // Relative references of a page at a root without a slash would lead astray.
    if (!rest && !asksForUpgrade(c)) {
      return { status: 301, headers: { location: `${prefix}/${search}` }, body: { type: 'none' } };
    }
    const host = target.port ? joined(target.host, target.port) : target.host;
    const outerHost = String(c.request.headers['host'] ?? c.request.headers[':authority'] ?? '');
    const answer = await send(c, { target, deps, host, prefix, path: `${rest || '/'}${search}` });
    return responseOf(answer, { prefix, host, outerHost });
  },
});

/** `…/proxy` and what follows it, as they stand in the request line. */
function splitPath(requestPath: string): { prefix: string; rest: string; search: string } {
  const at = requestPath.indexOf('?');
  const path = at === -1 ? requestPath : requestPath.slice(0, at);
  const [prefix = path] = /^.*?\/(?:pods|services|nodes)\/[^/]+\/proxy(?=\/|$)/.exec(path) ?? [];
  return { prefix, rest: path.slice(prefix.length), search: at === -1 ? '' : requestPath.slice(at) };
}

interface Sending {
  readonly target: ProxyTarget;
  readonly deps: ConnectDeps;
  readonly host: string;
  readonly prefix: string;
  readonly path: string;
}

async function send(c: RequestContext, { target, deps, host, prefix, path }: Sending): Promise<Answer> {
  const { request } = c;
  const { signal } = request;
  const isUpgrade = asksForUpgrade(c);
  try {
    const connection = target.node ? await deps.nodes.connect(target.node, signal) : await dial(target, signal);
    const headers = {
      ...passedOn(request.headers, isUpgrade ? ['connection', 'upgrade'] : []),
      host,
      ...(!isUpgrade && { connection: 'close' }),
      'x-forwarded-uri': `${prefix}${path.replace(/\?.*$/, '')}`,
      'x-forwarded-host': String(request.headers['host'] ?? request.headers[':authority'] ?? ''),
      'x-forwarded-proto': 'https',
      ...(request.remoteAddress && { 'x-forwarded-for': request.remoteAddress }),
    };
    const mayHaveBody = !isUpgrade && !['GET', 'HEAD'].includes(request.method);
    const body = mayHaveBody ? request.stream?.() : undefined;
    return await exchange(connection, {
      method: request.method,
      path,
      headers,
      ...(body && { body }),
    });
  } catch (err) {
    throw serviceUnavailable(`error trying to reach service: ${(err as Error).message}`);
  }
}

/** Pods' certificates are nobody's that we know: as upstream, they aren't checked. */
function dial({ scheme, host, port }: ProxyTarget, signal: AbortSignal): Promise<Duplex> {
  const number = Number(port || (scheme === 'https' ? 443 : 80));
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    throw new Error(`dial tcp: lookup tcp/${port}: unknown port`);
  }
  if (scheme === 'https') return dialTls({ host, port: number, rejectUnauthorized: false }, signal);
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortError(signal));
    const socket = connectTcp({ host, port: number });
    const onAbort = () => void socket.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', onAbort));
    socket.once('error', (err) => reject(dialError(err, { host, port: number })));
    socket.once('connect', () => resolve(socket));
  });
}

/** Pages larger than this are passed on as they are. */
const largestPage = 8 * 1024 * 1024;

function responseOf({ status, headers: all, body, upgraded }: Answer, at: ProxiedAt): ServerResponse {
  if (upgraded) return { status, headers: all, body: { type: 'upgrade', stream: upgraded } };
  const headers: Record<string, string | readonly string[]> = { ...all };
  if (typeof headers['location'] === 'string') {
    headers['location'] = rewriteUrl(headers['location'], at);
    return { status, headers, body: { type: 'stream', chunks: body } };
  }
  const isPage = /^text\/html\b/i.test(String(headers['content-type'] ?? ''));
  const decoded = isPage ? decodedBody(body, String(headers['content-encoding'] ?? '')) : undefined;
  if (!decoded) return { status, headers, body: { type: 'stream', chunks: body } };
  delete headers['content-length'];
  delete headers['content-encoding'];
  return { status, headers, body: { type: 'stream', chunks: page(decoded, at) } };
}

function decodedBody(body: AsyncIterable<Uint8Array>, encoding: string): AsyncIterable<Uint8Array> | undefined {
  if (!encoding || encoding === 'identity') return body;
  const decoders = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress };
  const decoder = decoders[encoding as keyof typeof decoders];
  return decoder && (Readable.from(body, { objectMode: false }).compose(decoder()) as AsyncIterable<Uint8Array>);
}

async function* page(body: AsyncIterable<Uint8Array>, at: ProxiedAt): AsyncIterable<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > largestPage) {
      yield* pieces.splice(0);
      yield piece;
    } else pieces.push(piece);
  }
  if (pieces.length) yield Buffer.from(rewriteHtml(Buffer.concat(pieces).toString('utf8'), at));
}

const joined = (host: string, port: string): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
