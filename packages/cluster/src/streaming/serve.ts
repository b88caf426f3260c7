import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { StreamingHandler } from './handler.ts';
import { refuse } from './upgrade.ts';

/**
 * Serves a handler on connections that are handed over one by one, such as those of an API server in the same process. Nobody is
 * asked who they are.
 */
export function connectionServer(handler: StreamingHandler): (connection: Duplex) => void {
  const server = serveOn(createServer(), handler);
  return (connection) => void server.emit('connection', connection);
}

/** Lets an HTTP server, of whatever kind, answer with a handler, and everything else with 404. */
export function serveOn<S extends Pick<Server, 'on'>>(server: S, handler: StreamingHandler): S {
  server.on('request', (request, response) => {
    if (!handler.request(request, response)) response.writeHead(404).end('404 page not found\n');
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (!handler.upgrade(request, socket, head)) refuse(socket, 404, '404 page not found');
  });
  return server;
}
