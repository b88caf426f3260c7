import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { streamingHandler } from '../../streaming/index.ts';
import { simBackend, type SimBackendDeps } from './sim-backend.ts';

/** One server for all simulated nodes: takes connections that came by other ways than sockets. */
export function nodeServer(deps: SimBackendDeps): (connection: Duplex) => void {
  const handler = streamingHandler({ backend: simBackend(deps), clock: deps.clock });
  const server = createServer((request, response) => {
    if (!handler.request(request, response)) response.writeHead(404).end();
  });
  server.on('upgrade', (request, socket, head) => {
    if (!handler.upgrade(request, socket, head)) socket.destroy();
  });
  return (connection) => void server.emit('connection', connection);
}
