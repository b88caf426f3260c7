import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { deepFreeze } from '../machinery/index.ts';
import { abortError } from '../runtime/index.ts';
import { readFrames } from './frame-reader.ts';
import type { Credentials } from './kubeconfig.ts';
import { refusal } from './transport-client.ts';
import type { ApiRequest, ApiResponse, Transport, Upgraded, WatchFrame } from './transport.ts';

export interface HttpTransportOptions extends Credentials {
  readonly userAgent?: string;
}

/**
 * Requests over HTTP/1.1 with kept-alive connections, TLS unless the server's URL says otherwise. One request has one
 * connection while it lasts, so a slow watch never holds another answer back.
 */
export class HttpTransport implements Transport {
  readonly #base: URL;
  readonly #agent: http.Agent;
  readonly #options: HttpTransportOptions;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    this.#base = new URL(options.server);
    const keep = { keepAlive: true, keepAliveMsecs: 30_000, scheduling: 'lifo' } as const;
    this.#agent =
      this.#base.protocol === 'http:' ? new http.Agent(keep) : new https.Agent({ ...keep, ...tls(options) });
  }

  async send(request: ApiRequest): Promise<ApiResponse> {
    const { message } = await this.#exchange(request, {});
    return new HttpResponse(message);
  }

  async upgrade(request: ApiRequest): Promise<Upgraded> {
    const { message, stream } = await this.#exchange(request, { connection: 'Upgrade' });
    if (stream) return { stream, headers: message.headers };
    throw await refusal(new HttpResponse(message));
  }

  close(): void {
    this.#agent.destroy();
  }

  async #exchange(request: ApiRequest, extra: Record<string, string>): Promise<Exchange> {
    const headers = await this.#headers(request, extra);
    for (;;) {
      try {
        return await this.#once(request, headers);
      } catch (err) {
        // The server closed a kept connection just as we wrote to it: it has seen nothing of this request.
        if (!(err instanceof StaleConnection)) throw err;
      }
    }
  }

  async #headers(request: ApiRequest, extra: Record<string, string>): Promise<Record<string, string>> {
    const token = await this.#options.token?.();
    const { username, password } = this.#options;
    return {
      accept: 'application/json',
      ...(this.#options.userAgent && { 'user-agent': this.#options.userAgent }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...(username !== undefined && {
        authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`,
      }),
      ...extra,
      ...request.headers,
    };
  }

  #once(request: ApiRequest, headers: Record<string, string>): Promise<Exchange> {
    const { method, path, body, signal } = request;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortError(signal));
      const bytes = body === undefined || body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
      const start = this.#base.protocol === 'http:' ? http.request : https.request;
      const outgoing = start({
        host: this.#base.hostname.replace(/^\[|\]$/g, ''),
        port: this.#base.port,
        method,
        path: `${this.#base.pathname.replace(/\/$/, '')}${path}`,
        headers: { ...headers, ...(bytes && { 'content-length': String(bytes.length) }) },
        agent: this.#agent,
      });
      let destroy = (err: Error) => void outgoing.destroy(err);
      const onAbort = () => destroy(abortError(signal));
      signal?.addEventListener('abort', onAbort, { once: true });
      outgoing.once('close', () => signal?.removeEventListener('abort', onAbort));
      outgoing.once('error', (err) => {
        const reset = (err as NodeJS.ErrnoException).code === 'ECONNRESET';
        reject(reset && outgoing.reusedSocket ? new StaleConnection() : signal?.aborted ? abortError(signal) : err);
      });
      outgoing.once('response', (message) => {
        // From here on the reader of the answer is who is told.
        destroy = (err) => void message.destroy(err);
        resolve({ message });
      });
      outgoing.once('upgrade', (message, stream: Duplex, head: Buffer) => {
        if (head.length > 0) stream.unshift(head);
        // The request is over, what was asked for is not.
        const onEnd = () => void stream.destroy(abortError(signal));
        signal?.addEventListener('abort', onEnd, { once: true });
        stream.once('close', () => signal?.removeEventListener('abort', onEnd));
        resolve({ message, stream });
      });
      outgoing.end(bytes);
    });
  }
}

interface Exchange {
  message: http.IncomingMessage;
  /** When the server agreed to speak another protocol. */
  stream?: Duplex;
}

class StaleConnection extends Error {}

class HttpResponse implements ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly #message: http.IncomingMessage;

  constructor(message: http.IncomingMessage) {
    this.#message = message;
    this.status = message.statusCode ?? 0;
    this.headers = message.headers as Record<string, string | string[]>;
  }

  async json(): Promise<unknown> {
    const pieces: Buffer[] = [];
    for await (const piece of this.#message) pieces.push(piece as Buffer);
    return deepFreeze(JSON.parse(Buffer.concat(pieces).toString('utf8')));
  }

  bytes(): AsyncIterable<Uint8Array> {
    return this.#message as AsyncIterable<Buffer>;
  }

  frames(): AsyncIterable<WatchFrame> {
    return readFrames(this.bytes());
  }
}

function tls({ ca, cert, key, insecureSkipTlsVerify, tlsServerName }: HttpTransportOptions): https.AgentOptions {
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(insecureSkipTlsVerify && { rejectUnauthorized: false }),
    ...(tlsServerName && { servername: tlsServerName }),
  };
}
