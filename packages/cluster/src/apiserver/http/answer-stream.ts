import type { TLSSocket } from 'node:tls';
import type { ServerStream } from '../../http2/index.ts';
import type { Answerer } from './answerer.ts';
import { compressed, isToCompress } from './compress.ts';
import { dateHeader } from './date-header.ts';
import { Leaving } from './leaving.ts';
import { SocketRequest } from './request.ts';
import { longestTold, toldLength } from './told-length.ts';
import { writeBody } from './write-body.ts';

/** A request of HTTP/2. Calls `done` when the answer has been written, or turns out to be a stream. */
export async function answerStream(
  { served, clock, pacer, authorities, moveOn, compresses }: Answerer,
  stream: ServerStream,
  done: () => void,
): Promise<void> {
  const leaving = new Leaving();
  stream.onClosed = () => {
    leaving.leave();
    done();
  };
  const { headers, body, socket } = stream;
  if (headers['expect'] === '100-continue') stream.inform(100);
  const turn = pacer.turn();
  if (turn) await turn;
  if (stream.isClosed) return;
  const line = { method: headers[':method'], url: headers[':path'], headers };
  const made = await served.handle(
    new SocketRequest(line, { body, socket: socket as TLSSocket, leaving, authorities }),
  );
  const answer = compresses && isToCompress(headers, made) ? await compressed(made) : made;
  if (leaving.gone) return;
  if (answer.body.type === 'stream') done();
  const isAll = answer.body.type === 'none' || line.method === 'HEAD' || isBodiless(answer.status);
  // The client is gone; there is nobody to tell.
  const broken = () => stream.fail();
  try {
    const length = toldLength(answer, { isHead: line.method === 'HEAD', most: longestTold.http2 });
    const told = length === undefined ? answer.headers : { ...answer.headers, 'content-length': String(length) };
    stream.respond(answer.status, { date: dateHeader(clock), ...told }, isAll);
    if (moveOn?.()) stream.moveOn();
    // Nobody awaits it, so that what was needed to answer goes while a watch lasts.
    if (!isAll) writeBody(stream, answer.body, leaving).catch(broken);
  } catch {
    broken();
  }
}

/** RFC 9110 §6.4.1. */
const isBodiless = (status: number): boolean => status === 204 || status === 304;
