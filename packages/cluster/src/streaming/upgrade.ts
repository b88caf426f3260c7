import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { acceptOf } from '@tiphys/sdk/client';

/** A request to speak another protocol, before it has been answered. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
}

type Headers = Readonly<Record<string, string | readonly string[]>>;

function switchProtocols(socket: Duplex, headers: Headers): void {
  socket.write(head(101, headers));
}

/** Answers like any HTTP request, and ends the connection. */
export function refuse(socket: Duplex, status: number, text: string, headers: Headers = {}): void {
  const body = Buffer.from(text.endsWith('\n') ? text : `${text}\n`);
  const all = {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(body.length),
    connection: 'close',
    ...headers,
  };
  if (!socket.writable) return void socket.destroy();
  socket.write(head(status, all));
  socket.end(body);
}

function head(status: number, headers: Headers): string {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((v) => `${name}: ${String(v)}\r\n`),
  );
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`;
}

export const isWebSocket = ({ headers }: IncomingMessage): boolean =>
  /\bwebsocket\b/i.test(headers.upgrade ?? '') && headers['sec-websocket-key'] !== undefined;

export const isSpdy = ({ headers }: IncomingMessage): boolean => /\bspdy\/3\.1\b/i.test(headers.upgrade ?? '');

/** What a client offers in a header of names, in its order. */
export function offered({ headersDistinct }: IncomingMessage, header: string): string[] {
  return (headersDistinct[header] ?? [])
    .flatMap((v) => v.split(','))
    .map((v) => v.trim())
    .filter(Boolean);
}

const protocolHeader = 'x-stream-protocol-version';

/**
 * Agrees on a SPDY subprotocol: the first of the client's that we speak. Answers 403 and says what we speak when there is none,
 * and undefined then.
 */
export function agreeOnSpdy({ request, socket }: UpgradeRequest, spoken: readonly string[]): string | undefined {
  const wanted = offered(request, protocolHeader);
  if (!wanted.length) {
    refuse(socket, 400, 'unable to upgrade: X-Stream-Protocol-Version is required');
    return undefined;
  }
  const protocol = wanted.find((p) => spoken.includes(p));
  if (protocol === undefined) {
    const why = `unable to upgrade: unable to negotiate protocol: client supports [${wanted.join(' ')}], server accepts [${spoken.join(' ')}]`;
    refuse(socket, 403, why, { 'X-Accepted-Stream-Protocol-Versions': spoken });
    return undefined;
  }
  switchProtocols(socket, {
    Connection: 'Upgrade',
    Upgrade: 'SPDY/3.1',
    'X-Stream-Protocol-Version': protocol,
  });
  return protocol;
}

/** The same for WebSocket; a client that names no subprotocol gets the one called ''. */
export function agreeOnWebSocket({ request, socket }: UpgradeRequest, spoken: readonly string[]): string | undefined {
  const wanted = offered(request, 'sec-websocket-protocol');
  const protocol = wanted.length ? wanted.find((p) => spoken.includes(p)) : '';
  if (protocol === undefined || !spoken.includes(protocol)) {
    refuse(
      socket,
      403,
      `requested protocol(s) are not supported: [${wanted.join(' ')}]; supports [${spoken.join(' ')}]`,
    );
    return undefined;
  }
  switchProtocols(socket, {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': acceptOf(request.headers['sec-websocket-key'] ?? ''),
    ...(protocol && { 'Sec-WebSocket-Protocol': protocol }),
  });
  return protocol;
}
