import type { ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import { type Clock, throwIfAborted } from '@tiphys/sdk/runtime';
import { Call, type CallOptions } from './call.ts';
import { Channel, type ChannelTls } from './channel.ts';
import { definitionOf } from './definition.ts';
import { framed, Unframed } from './frames.ts';
import type { AnyMessage, In, Method, Out, Service } from './message.ts';
import { RpcError } from './rpc-error.ts';

export interface ConnectionOptions {
  readonly clock: Clock;
  /** Plain text unless given. */
  readonly tls?: ChannelTls;
  /** The largest message in either direction; 16 MiB unless given, as Kubernetes has it. */
  readonly maxMessageBytes?: number;
  readonly userAgent?: string;
  /** Sent with every call. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Calls of one service. They reject with an `RpcError`, or with the signal's reason when the caller gives up. */
export type RpcClient<S extends Service> = { readonly [K in keyof S['methods']]: CallOf<S['methods'][K]> };

type CallOf<M> =
  M extends Method<infer Request, infer Response, 'none'>
    ? (request: In<Request>, o: CallOptions) => Promise<Out<Response>>
    : M extends Method<infer Request, infer Response, 'response'>
      ? (request: In<Request>, o: CallOptions) => AsyncIterable<Out<Response>>
      : M extends Method<infer Request, infer Response, 'both'>
        ? (requests: AsyncIterable<In<Request>>, o: CallOptions) => AsyncIterable<Out<Response>>
        : never;

const mib = 1024 ** 2;

/** What a method's messages are made into and from, and where it is called. */
interface Called {
  readonly path: string;
  requestSerialize(request: object): Buffer;
  responseDeserialize(bytes: Buffer): object;
}

/** One way to a server, `unix:/path` or `host:port`, over which any of its services is called. It reconnects by itself. */
export class Connection {
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #headers: OutgoingHttpHeaders;
  readonly #mostBytes: number;
  readonly #clients = new WeakMap<Service, object>();

  constructor(address: string, { clock, tls, maxMessageBytes = 16 * mib, userAgent, metadata }: ConnectionOptions) {
    this.#clock = clock;
    this.#mostBytes = maxMessageBytes;
    this.#channel = new Channel(address, { clock, ...(tls && { tls }) });
    this.#headers = {
      ':method': 'POST',
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': userAgent ?? 'tiphys',
      ...metadata,
    };
  }

  service<S extends Service>(service: S): RpcClient<S> {
    let client = this.#clients.get(service);
    if (!client) {
      const calls = Object.entries(service.methods).map(([name, method]) => [name, this.#callOf(service, method)]);
      client = Object.fromEntries(calls) as object;
      this.#clients.set(service, client);
    }
    return client as RpcClient<S>;
  }

  close(): void {
    this.#channel.close();
  }

  #callOf(service: Service, { name, streams }: Method<AnyMessage, AnyMessage>): unknown {
    const called = definitionOf(service)[name] as unknown as Called;
    switch (streams) {
      case 'none':
        return (request: object, o: CallOptions) => this.#call(called, request, o);
      case 'response':
        return (request: object, o: CallOptions) => this.#stream(called, request, o);
      case 'both':
        return (requests: AsyncIterable<object>, o: CallOptions) => this.#talk(called, requests, o);
    }
  }

  #begin({ path }: Called, o: CallOptions): Call {
    throwIfAborted(o.signal);
    const { timeoutMs } = o;
    const limit = timeoutMs !== undefined && { 'grpc-timeout': `${Math.ceil(timeoutMs)}m` };
    return new Call(this.#channel.open({ ...this.#headers, ':path': path, ...limit }), o, this.#clock);
  }

  /** One message there, one back: the way that nearly all calls go. */
  #call(called: Called, request: object, o: CallOptions): Promise<object> {
    return new Promise((resolve, reject) => {
      const body = framed(called.requestSerialize(request), this.#mostBytes);
      const attempt = (mayRepeat: boolean): void => {
        const call = this.#begin(called, o);
        const { stream } = call;
        const answers = new Unframed(this.#mostBytes);
        let answer: Buffer | undefined;
        stream.on('data', (piece: Buffer) => {
          try {
            for (const message of answers.take(piece)) answer = message;
          } catch (error) {
            call.fail(error);
          }
        });
        stream.on('close', () => {
          try {
            // It crossed with the server's word that it takes no more over this session.
            if (mayRepeat && call.isRefused) return attempt(false);
            const { failure } = call;
            if (failure) throw failure;
            if (!answer) throw new RpcError('Internal', 'an answer without a message');
            resolve(read(called, answer));
          } catch (error) {
            reject(error as Error);
          }
        });
        stream.end(body);
      };
      attempt(true);
    });
  }

  async *#stream(called: Called, request: object, o: CallOptions): AsyncGenerator<object> {
    const body = framed(called.requestSerialize(request), this.#mostBytes);
    const call = this.#begin(called, o);
    call.stream.end(body);
    yield* this.#received(called, call);
  }

  async *#talk(called: Called, requests: AsyncIterable<object>, o: CallOptions): AsyncGenerator<object> {
    const call = this.#begin(called, o);
    const { stream } = call;
    const sending = (async () => {
      for await (const request of requests) {
        if (stream.destroyed || stream.closed) return;
        if (!stream.write(framed(called.requestSerialize(request), this.#mostBytes))) await drained(stream);
      }
      stream.end();
    })();
    // The receiving side hears of it as the call's end.
    sending.catch((error: unknown) => call.fail(error));
    yield* this.#received(called, call);
  }

  async *#received(called: Called, call: Call): AsyncGenerator<object> {
    const { stream } = call;
    const answers = new Unframed(this.#mostBytes);
    const over = new Promise<void>((resolve) => stream.once('close', resolve));
    try {
      for await (const piece of stream) {
        for (const message of answers.take(piece as Buffer)) yield read(called, message);
      }
      await over;
    } catch (error) {
      call.fail(error);
      await over;
      throw call.failure ?? error;
    } finally {
      call.end();
    }
    const { failure } = call;
    if (failure) throw failure;
  }
}

/** Resolves when there is room again, or never will be. */
const drained = (stream: ClientHttp2Stream): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });

function read(called: Called, bytes: Buffer): object {
  try {
    return called.responseDeserialize(bytes);
  } catch (error) {
    throw new RpcError('Internal', 'an answer that is no such message', error);
  }
}
