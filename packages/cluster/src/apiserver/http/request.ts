import type { TLSSocket } from 'node:tls';
import { badRequest, tooLarge } from '@tiphys/sdk/machinery';
import type { RequestBody } from '../../http2/index.ts';
import type { ServerRequest, ServerResponse } from '../context.ts';
import type { ClientAuthorities, Verified } from './client-authorities.ts';
import type { Leaving } from './leaving.ts';

/** What a listener serves. */
export interface Served {
  handle(request: ServerRequest): Promise<ServerResponse>;
}

type Headers = ServerRequest['headers'];

/** What stands before a request's body, whatever the version of HTTP. */
export interface RequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Headers;
}

/** What a request came through. */
export interface Carrier {
  readonly body: RequestBody;
  readonly socket: TLSSocket;
  readonly leaving: Leaving;
  readonly authorities: ClientAuthorities;
}

/** Request bodies may be this large, as upstream's (3 MiB). */
const largestBody = 3 * 1024 * 1024;

/** A request that came through a socket. */
export class SocketRequest implements ServerRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly objects = false;
  readonly #carrier: Carrier;
  readonly #connection: Connection;
  #read: Promise<Uint8Array> | undefined;

  constructor({ method = 'GET', url = '/', headers }: RequestHead, carrier: Carrier) {
    this.method = method;
    this.path = url;
    this.headers = headers;
    this.#carrier = carrier;
    this.#connection = connectionOf(carrier);
  }

  body(): Promise<Uint8Array> {
    return (this.#read ??= readAll(this.#carrier.body));
  }

  stream(): AsyncIterable<Buffer> | undefined {
    const { body } = this.#carrier;
    return body.isEmpty && this.headers['content-length'] === undefined ? undefined : body;
  }

  get remoteAddress(): string | undefined {
    return this.#connection.remoteAddress;
  }

  get clientCertificate(): Uint8Array | undefined {
    return this.#connection.clientCertificate;
  }

  get certificateProblem(): string | undefined {
    return this.#connection.certificateProblem;
  }

  get frontProxyCertificate(): Uint8Array | undefined {
    return this.#connection.frontProxyCertificate;
  }

  get signal(): AbortSignal {
    return this.#carrier.leaving.signal;
  }

  get giveUp(): (reason: Error) => void {
    return this.#carrier.leaving.giveUp;
  }

  get onceOver(): (f: () => void) => () => void {
    return this.#carrier.leaving.onceOver;
  }
}

interface Connection extends Verified {
  readonly remoteAddress: string | undefined;
}

/** Looked up once per connection: it can't change while it lasts. */
const connections = new WeakMap<object, Connection>();

function connectionOf({ socket, authorities }: Carrier): Connection {
  let known = connections.get(socket);
  if (!known) {
    // An address of IPv4 is told as such, whichever family it came in by.
    const remoteAddress = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '');
    known = { remoteAddress, ...authorities.verified(socket) };
    connections.set(socket, known);
  }
  return known;
}

/** The whole body. */
function readAll(body: RequestBody): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    body.read({
      data(chunk) {
        size += chunk.length;
        // What is over the limit is read and dropped, so that the client gets to hear of it.
        if (size <= largestBody) chunks.push(chunk);
        else reject(tooLarge(`limit is ${largestBody}`));
      },
      end: () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)),
      broken: () => reject(badRequest('the client went away before it had sent its body')),
    });
  });
}
