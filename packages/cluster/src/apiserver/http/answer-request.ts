import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Answerer } from './answerer.ts';
import { compressed, isToCompress } from './compress.ts';
import { Leaving } from './leaving.ts';
import { outletOf } from './outlet.ts';
import { bodyOf } from './readable-body.ts';
import { SocketRequest } from './request.ts';
import { longestTold, toldLength } from './told-length.ts';
import { writeBody } from './write-body.ts';

/** A request of HTTP/1.1. Calls `done` when the answer has been written, or turns out to be a stream. */
export async function answerRequest(
  { served, pacer, authorities, compresses }: Answerer,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  done: () => void,
): Promise<void> {
  const leaving = new Leaving();
  response.once('close', leaving.leave);
  response.once('close', done);
  response.on('error', leaving.leave);
  const turn = pacer.turn();
  if (turn) await turn;
  if (leaving.gone) return;
  const through = { body: bodyOf(request), socket: request.socket as TLSSocket, leaving, authorities };
  const made = await served.handle(new SocketRequest(request, through));
  const answer = compresses && isToCompress(request.headers, made) ? await compressed(made) : made;
  const { status, headers, body } = answer;
  if (leaving.gone) return;
  if (body.type === 'stream') done();
  // The client is gone; there is nobody to tell.
  const broken = () => void response.destroy();
  try {
    const length = toldLength(answer, { isHead: request.method === 'HEAD', most: longestTold.http1 });
    // That connections are kept needs no word in HTTP/1.1.
    if (response.shouldKeepAlive && request.httpVersionMinor === 1) response.removeHeader('connection');
    const told = length === undefined ? headers : { ...headers, 'content-length': String(length) };
    response.writeHead(status, told as Record<string, string | string[]>);
    // Who watches wants to know that it does before anything happens.
    if (body.type === 'stream') response.flushHeaders();
    writeBody(outletOf(response), request.method === 'HEAD' ? { type: 'none' } : body, leaving).catch(broken);
  } catch {
    broken();
  }
}
