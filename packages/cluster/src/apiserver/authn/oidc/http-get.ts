import { syntaxProblem } from '@tiphys/sdk/machinery';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { abortError, type Clock, within } from '@tiphys/sdk/runtime';
import { dialError } from '../../nodes/connector.ts';
import { reasonOf } from '../../webhook-client/index.ts';

export interface HttpAnswer {
  readonly status: number;
  /** `404 Not Found`. */
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** For the whole of a request, whatever is said on the way. */
const timeoutMs = 30_000;
const mostRedirects = 10;
const largestAnswer = 8 * 1024 * 1024;

/** Gets documents of an OpenID provider, whose certificate one of its authorities has signed, or one of the system's. */
export class HttpGet {
  readonly #agent: https.Agent;
  readonly #plain = new http.Agent({ keepAlive: true });
  readonly #clock: Clock;

  constructor({ ca, clock }: { readonly ca?: string | undefined; readonly clock: Clock }) {
    this.#agent = new https.Agent({ keepAlive: true, ...(ca && { ca }) });
    this.#clock = clock;
  }

  /** Throws an `Error` in Go's words when nothing comes. */
  async get(url: string, signal: AbortSignal, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    let at = new URL(url);
    for (let n = 0; ; n++) {
      const fail = (why: string): never => {
        throw new Error(`Get ${JSON.stringify(n ? at.href : url)}: ${why}`);
      };
      if (at.protocol !== 'https:' && at.protocol !== 'http:')
        fail(`unsupported protocol scheme ${JSON.stringify(at.protocol.slice(0, -1))}`);
      const answer = await within(this.#clock, timeoutMs, (s) => this.#once(at, s, headers), signal).catch(
        (err: Error) =>
          fail(
            err.name === 'TimeoutError'
              ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
              : reasonOf(err),
          ),
      );
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status > 308 || answer.status === 304 || typeof location !== 'string')
        return answer;
      if (n + 1 >= mostRedirects) fail(`stopped after ${mostRedirects} redirects`);
      const next = new URL(location, at);
      // What is for one host isn't shown to another.
      if (next.host !== at.host) headers = {};
      at = next;
    }
  }

  close(): void {
    this.#agent.destroy();
    this.#plain.destroy();
  }

  #once(
    { protocol, hostname, port, pathname, search, host }: URL,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>>,
  ): Promise<HttpAnswer> {
    const isPlain = protocol === 'http:';
    const to = { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || (isPlain ? 80 : 443)) };
    return new Promise((resolve, reject) => {
      const what = { ...to, path: `${pathname}${search}`, headers: { host, accept: '*/*', ...headers } };
      const sent = isPlain
        ? http.request({ ...what, agent: this.#plain })
        : https.request({ ...what, agent: this.#agent });
      const end = () => void sent.destroy(abortError(signal));
      sent.once('response', (message) => textOf(message).then((text) => resolve(answerOf(message, text)), reject));
      sent.on('error', (err) => reject(dialError(err, to)));
      sent.once('close', () => signal.removeEventListener('abort', end));
      if (signal.aborted) return end();
      signal.addEventListener('abort', end, { once: true });
      sent.end();
    });
  }
}

const answerOf = ({ statusCode = 0, statusMessage = '', headers }: IncomingMessage, text: string): HttpAnswer => ({
  status: statusCode,
  statusText: `${statusCode} ${statusMessage}`,
  headers,
  text,
});

async function textOf(message: IncomingMessage): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of message as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > largestAnswer) throw new Error('the answer is too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** What the JSON of an answer means, whatever it says that it is. */
export function jsonOf<T>({ headers, text }: HttpAnswer, understand: (value: unknown) => T): T {
  try {
    return understand(parsed(text));
  } catch (err) {
    const type = String(headers['content-type'] ?? '');
    const isJson = /^application\/json *(;|$)/i.test(type);
    const said = isJson
      ? 'got Content-Type = application/json, but could not unmarshal as JSON'
      : `expected Content-Type = application/json, got ${JSON.stringify(type)}`;
    throw new Error(`${said}: ${(err as Error).message}`, { cause: err });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (err) {
    throw new Error(syntaxProblem(Buffer.from(text)) ?? (err as Error).message, { cause: err });
  }
}
