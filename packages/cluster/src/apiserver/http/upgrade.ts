import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { splice } from '@tiphys/sdk/client';
import type { Body, ServerResponse as Answer } from '../context.ts';
import type { ClientAuthorities } from './client-authorities.ts';
import { Leaving } from './leaving.ts';
import { outletOf } from './outlet.ts';
import { bodyOf } from './readable-body.ts';
import { type Served, SocketRequest } from './request.ts';
import { writeBody } from './write-body.ts';

/** A request that would speak another protocol: handled like any, and joined with whoever agrees to. */
export async function upgrade(
  { served, authorities }: { served: Served; authorities: ClientAuthorities },
  request: IncomingMessage,
  { socket, head }: { socket: Duplex; head: Buffer },
): Promise<void> {
  const leaving = new Leaving();
  socket.once('close', leaving.leave);
  socket.on('error', () => socket.destroy());
  const { status, headers, body } = await served.handle(
    new SocketRequest(request, {
      body: bodyOf(request),
      socket: request.socket as TLSSocket,
      leaving,
      authorities,
    }),
  );
  if (leaving.gone) return void (body.type === 'upgrade' && body.stream.destroy());
  if (body.type === 'upgrade') join(socket, head, { headers, stream: body.stream });
  else await refuse(request, socket, { status, headers, body });
}

function join(socket: Duplex, head: Buffer, { headers, stream }: { headers: Answer['headers']; stream: Duplex }): void {
  const lines = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((v) => `${name}: ${v}\r\n`));
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
  if (head.length) socket.unshift(head);
  splice(socket, stream);
}

/** Answered as if it had asked for nothing special, and closed. */
async function refuse(
  request: IncomingMessage,
  socket: Duplex,
  { status, headers, body }: { status: number; headers: Answer['headers']; body: Body },
): Promise<void> {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.once('finish', () => socket.end());
  const leaving = new Leaving();
  socket.once('close', leaving.leave);
  try {
    response.writeHead(status, headers as Record<string, string | string[]>);
    await writeBody(outletOf(response), body, leaving);
  } catch {
    // The client is gone; there is nobody to tell.
    socket.destroy();
  }
}
