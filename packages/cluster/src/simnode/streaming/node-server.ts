import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Pod } from '@tiphys/sdk/api';
import type { Informer } from '@tiphys/sdk/cache';
import type { Clock } from '@tiphys/sdk/runtime';
import { streamingHandler } from '../../streaming/index.ts';
import { simBackend } from './sim-backend.ts';

/** One server for all simulated nodes: takes connections that came by other ways than sockets. */
export function nodeServer(deps: { pods: Informer<Pod>; clock: Clock }): (connection: Duplex) => void {
  const handler = streamingHandler({ backend: simBackend(deps), clock: deps.clock });
  const server = createServer((request, response) => {
    if (!handler.request(request, response)) response.writeHead(404).end();
  });
  server.on('upgrade', (request, socket, head) => {
    if (!handler.upgrade(request, socket, head)) socket.destroy();
  });
  return (connection) => void server.emit('connection', connection);
}
