import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { badRequest, StatusError } from '@tiphys/sdk/machinery';
import { type ExecSession, internalError, WebSocketConnection } from '@tiphys/sdk/client';
import { type Clock, messageOf } from '@tiphys/sdk/runtime';
import type { LogOptions, StreamingBackend } from './backend.ts';
import { type SessionChannels, streamsOf } from './exec/channels.ts';
import { relay } from './exec/relay.ts';
import { spdyChannels, spdyExecProtocols } from './exec/spdy-channels.ts';
import { webSocketChannels, webSocketExecProtocols } from './exec/web-socket-channels.ts';
import { portOf, forwardProtocol, serveForward } from './forward/serve-spdy.ts';
import { channelForwardProtocols, serveForwardChannels } from './forward/serve-web-socket.ts';
import { tunnel, tunnelProtocol } from './forward/tunnel.ts';
import { endWhenIdle, linger } from './linger.ts';
import { logOptionsOf } from './log-options.ts';
import { type StreamingRoute, streamingRoute } from './routes.ts';
import { agreeOnSpdy, agreeOnWebSocket, isSpdy, isWebSocket, offered, refuse, type UpgradeRequest } from './upgrade.ts';

export interface StreamingHandler {
  /** Answers a request, if it is one of ours. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** The node agent's paths for logs, exec, attach and port-forward, over what a backend can do. */
export function streamingHandler(deps: { backend: StreamingBackend; clock: Clock }): StreamingHandler {
  return {
    request(request, response) {
      const route = routeOf(request);
      if (!route) return false;
      if (route.verb === 'containerLogs') void answerLogs(route, deps.backend, response);
      else {
        respond(response, 400, 'unable to upgrade: missing upgrade headers in request');
      }
      return true;
    },
    upgrade(request, socket, head) {
      const route = routeOf(request);
      if (!route) return false;
      if (head.length) socket.unshift(head);
      endWhenIdle(socket, deps.clock);
      const controller = new AbortController();
      socket.once('close', () => controller.abort());
      const call = { ...deps, request, socket, signal: controller.signal };
      const serving = route.verb === 'portForward' ? portForward(route, call) : session(route, call);
      void serving
        .catch((err: unknown) => refuse(socket, codeOf(err), messageOf(err)))
        .then(() => linger(socket, deps.clock));
      return true;
    },
  };
}

function routeOf({ url = '/' }: IncomingMessage): StreamingRoute | undefined {
  try {
    return streamingRoute(new URL(url, 'http://node'));
  } catch {
    // A path with broken escapes is no path of ours.
    return undefined;
  }
}

interface UpgradeCall extends UpgradeRequest {
  readonly backend: StreamingBackend;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function answerLogs(route: StreamingRoute, backend: StreamingBackend, response: ServerResponse): Promise<void> {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  try {
    const options: LogOptions = logOptionsOf(route.query);
    const pieces = await backend.logs(route.target, { ...options, signal: controller.signal });
    response.writeHead(200, { 'content-type': 'text/plain', 'transfer-encoding': 'chunked' });
    // Whoever follows a silent container wants to know that it listens.
    response.flushHeaders();
    await pipeline(pieces, response);
  } catch (err) {
    if (!response.headersSent) respond(response, codeOf(err), messageOf(err));
    else response.destroy();
  }
}

async function session(route: StreamingRoute, call: UpgradeCall): Promise<void> {
  const { request, socket, clock } = call;
  const streams = streamsOf(route.query);
  if (!streams.stdin && !streams.stdout && !streams.stderr) {
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  }
  if (isWebSocket(request)) {
    const begun = await begin(route, call).catch((err: unknown) => err);
    const protocol = agreeOnWebSocket(call, webSocketExecProtocols);
    if (protocol === undefined) return (begun as Partial<ExecSession>).close?.();
    const channels = webSocketChannels(socket, { ...streams, protocol, clock });
    // As when the API server spoke for such clients to nodes that didn't know WebSocket.
    if (isSession(begun)) return relay(channels, begun);
    return channels.finish(internalError(`unable to upgrade connection: ${messageOf(begun)}`));
  }
  if (!isSpdy(request)) throw badRequest('unable to upgrade: missing upgrade headers in request');
  const begun = await begin(route, call);
  const protocol = agreeOnSpdy(call, spdyExecProtocols);
  if (protocol === undefined) return begun.close();
  let channels: SessionChannels;
  try {
    channels = await spdyChannels(socket, { ...streams, protocol, clock });
  } catch {
    // The client was told by the end of its connection.
    return begun.close();
  }
  await relay(channels, begun);
}

const isSession = (begun: unknown): begun is ExecSession =>
  begun !== null && typeof begun === 'object' && 'status' in begun && 'resize' in begun;

function begin({ verb, target, query }: StreamingRoute, { backend, signal }: UpgradeCall): Promise<ExecSession> {
  const streams = streamsOf(query);
  return verb === 'attach'
    ? backend.attach(target, { ...streams, signal })
    : backend.exec(target, query.getAll('command'), { ...streams, signal });
}

async function portForward({ target, query }: StreamingRoute, call: UpgradeCall): Promise<void> {
  const { request, socket, clock, backend, signal } = call;
  if (!isWebSocket(request)) {
    if (!isSpdy(request)) throw badRequest('unable to upgrade: missing upgrade headers in request');
    const forwarder = await backend.portForward(target, { signal });
    if (agreeOnSpdy(call, [forwardProtocol]) === undefined) return forwarder.close();
    return serveForward(socket, forwarder, clock);
  }
  const isTunnel = offered(request, 'sec-websocket-protocol').includes(tunnelProtocol);
  const ports = query.getAll('port').flatMap((p) => p.split(','));
  const numbers = ports.map((p) => {
    const port = portOf(p);
    if (port === undefined) throw badRequest(`invalid port ${JSON.stringify(p)}`);
    return port;
  });
  if (!isTunnel && !numbers.length) throw badRequest('query parameter "port" is required');
  const forwarder = await backend.portForward(target, { signal });
  const protocol = agreeOnWebSocket(call, isTunnel ? [tunnelProtocol] : channelForwardProtocols);
  if (protocol === undefined) return forwarder.close();
  if (!isTunnel) return serveForwardChannels(socket, forwarder, { ports: numbers, protocol });
  return serveForward(tunnel(new WebSocketConnection(socket, 'server')), forwarder, clock);
}

function respond(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

const codeOf = (err: unknown): number => (err instanceof StatusError ? err.code : 500);
