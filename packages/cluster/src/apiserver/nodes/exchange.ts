import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream';

export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: AsyncIterable<Uint8Array>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** When the other side agreed to speak another protocol. */
  readonly upgraded?: Duplex;
}

/** One request on a connection of its own. The connection ends with the answer's body, or is what was upgraded. */
export function exchange(connection: Duplex, { method, path, headers, body }: Outgoing): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ createConnection: () => connection, method, path, headers });
    request.once('error', (err) => {
      connection.destroy();
      reject(err);
    });
    request.once('response', (message) => {
      message.once('close', () => connection.destroy());
      resolve({ ...headOf(message), body: message });
    });
    request.once('upgrade', (message, upgraded: Duplex, head: Buffer) => {
      if (head.length) upgraded.unshift(head);
      resolve({ ...headOf(message), body: Readable.from([]), upgraded });
    });
    if (body) pipeline(Readable.from(body, { objectMode: false }), request, () => {});
    else request.end();
  });
}

/** Those of one connection say nothing about the next. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
]);

export function headOf({ statusCode = 502, headersDistinct }: IncomingMessage): Pick<Answer, 'status' | 'headers'> {
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    if (hopByHop.has(name) && statusCode !== 101) continue;
    headers[name] = values.length === 1 ? values[0]! : values;
  }
  return { status: statusCode, headers };
}

/** What a request's headers become when it is passed on: ours to authenticate it, ours to hold the connection. */
export function passedOn(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  keep: readonly string[] = [],
): OutgoingHttpHeaders {
  const out: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':')) continue;
    if ((hopByHop.has(name) || name === 'upgrade') && !keep.includes(name)) continue;
    if (name === 'authorization' || name === 'host' || name.startsWith('impersonate-')) continue;
    if (name === 'sec-websocket-protocol') {
      // A browser's token comes as one of these.
      const others = [value]
        .flat()
        .join(',')
        .split(',')
        .map((p) => p.trim())
        .filter((p) => !p.startsWith('base64url.bearer.'));
      if (others.length) out[name] = others.join(', ');
    } else out[name] = typeof value === 'string' ? value : [...value];
  }
  return out;
}
