import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock, Logger } from '@tiphys/sdk/runtime';
import {
  refuseUpgrade,
  serveOn,
  type StreamingBackend,
  type StreamingHandler,
  streamingHandler,
} from '../../streaming/index.ts';
import type { NodeAccess } from './access.ts';
import { infoHandler, type NodeInfo } from './info-handler.ts';

export interface NodeServerDeps {
  readonly backend: StreamingBackend;
  readonly info: NodeInfo;
  readonly access: NodeAccess;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface NodeListenOptions {
  readonly host?: string;
  readonly port: number;
  readonly key: string;
  readonly cert: string;
  /** Signs the certificates of those who call. */
  readonly clientCa: string;
}

/** A node's own server: logs, exec, attach, port-forward, and what the node knows of itself and its pods. */
export class NodeServer {
  readonly #deps: NodeServerDeps;
  readonly #handler: StreamingHandler;
  readonly #inProcess: ReturnType<typeof createServer>;

  constructor(deps: NodeServerDeps) {
    this.#deps = deps;
    const streaming = streamingHandler(deps);
    const info = infoHandler(deps.info, deps.clock);
    this.#handler = {
      request: (request, response) => streaming.request(request, response) || info(request, response),
      upgrade: (request, socket, head) => streaming.upgrade(request, socket, head),
    };
    this.#inProcess = serveOn(createServer(), this.#handler);
  }

  /** Takes a connection from the API server of the same process, who may do everything. */
  accept(connection: Duplex): void {
    this.#inProcess.emit('connection', connection);
  }

  /** Listens until the signal aborts. `listening` is told the port. */
  async run(options: NodeListenOptions, listening: (port: number) => void, signal: AbortSignal): Promise<void> {
    const { key, cert, clientCa: ca, port, host = '0.0.0.0' } = options;
    const server = createTlsServer({ key, cert, ca, requestCert: true, rejectUnauthorized: false });
    const connections = new Set<Duplex>();
    server.on('secureConnection', (socket) => {
      connections.add(socket);
      socket.once('close', () => connections.delete(socket));
      socket.on('error', () => socket.destroy());
    });
    // A handshake that fails is its client's business.
    server.on('tlsClientError', (_err, socket) => socket.destroy());
    serveOn(server, this.#guarded(signal));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    listening((server.address() as AddressInfo).port);
    await new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    server.close();
    for (const c of connections) c.destroy();
  }

  /** The same handler for those who may. */
  #guarded(signal: AbortSignal): StreamingHandler {
    const { access, log } = this.#deps;
    const refusal = (request: IncomingMessage) =>
      access.refusal(request, signal).catch((err: unknown) => {
        log.warn('the API server did not say who may call this node', { error: String(err) });
        return { code: 500, text: 'Internal Error' } as const;
      });
    return {
      request: (request, response) => {
        void refusal(request).then((refused) => {
          if (refused) answer(response, refused.code, refused.text);
          else if (!this.#handler.request(request, response)) answer(response, 404, '404 page not found\n');
        });
        return true;
      },
      upgrade: (request, socket, head) => {
        void refusal(request).then((refused) => {
          if (refused) refuseUpgrade(socket, refused.code, refused.text);
          else if (!this.#handler.upgrade(request, socket, head)) refuseUpgrade(socket, 404, '404 page not found');
        });
        return true;
      },
    };
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
