import { type IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** What Node's parser of HTTP/1.1 says when it gives up on a connection. */
export interface ParseFailure extends Error {
  readonly code?: string;
  /** What it had read. */
  readonly rawPacket?: Buffer;
}

/**
 * A request by a method that Node doesn't know, which it takes for a broken one: upstream's server takes any word. Its head is
 * read here; of a body nothing is, and the connection ends with the answer. Undefined: it is broken in another way.
 */
export function oddRequest(
  { code, rawPacket }: ParseFailure,
  socket: TLSSocket,
): { request: IncomingMessage; response: ServerResponse } | undefined {
  if (code !== 'HPE_INVALID_METHOD' || !rawPacket) return undefined;
  const [head, rest] = rawPacket.toString('latin1').split('\r\n\r\n', 2);
  if (rest === undefined) return undefined;
  const [line = '', ...fields] = head!.split('\r\n');
  const [, method, url] = /^([!#$%&'*+.^_`|~\w-]+) (\/\S*) HTTP\/1\.[01]$/.exec(line) ?? [];
  if (!method || !url) return undefined;
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const [, name, value] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(field) ?? [];
    if (name === undefined || value === undefined) return undefined;
    headers[name.toLowerCase()] = value;
  }
  const request = Object.assign(Readable.from([]), { method, url, headers, socket }) as unknown as IncomingMessage;
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.end());
  return { request, response };
}

/** What Node answers to what it can't read, when nobody else does. */
export const badRequestLine = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';
