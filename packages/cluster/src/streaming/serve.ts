import type { Server } from 'node:http';
import type { StreamingHandler } from './handler.ts';
import { refuse } from './upgrade.ts';

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
