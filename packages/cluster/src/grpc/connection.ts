import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { abortError, type Clock, throwIfAborted } from '@tiphys/sdk/runtime';
import { definitionOf } from './definition.ts';
import type { AnyMessage, In, Method, Out, Service } from './message.ts';
import { codeName, RpcError } from './rpc-error.ts';

export interface ConnectionOptions {
  readonly clock: Clock;
  /** Plain text unless given. */
  readonly credentials?: ChannelCredentials;
  /** The largest message in either direction; 16 MiB unless given, as Kubernetes has it. */
  readonly maxMessageBytes?: number;
  readonly userAgent?: string;
  /** Sent with every call. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** The call fails as `isDeadlineExceeded` after this long; without it only the signal ends it. */
  readonly timeoutMs?: number;
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
/** A server that restarts is found again soon. */
const reconnect = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 2000 };

/** One way to a server, `unix:/path` or `host:port`, over which any of its services is called. It reconnects by itself. */
export class Connection {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #metadata = new Metadata();

  constructor(address: string, options: ConnectionOptions) {
    const limit = options.maxMessageBytes ?? 16 * mib;
    this.#clock = options.clock;
    for (const [name, value] of Object.entries(options.metadata ?? {})) this.#metadata.set(name, value);
    this.#client = new Client(address, options.credentials ?? credentials.createInsecure(), {
      ...reconnect,
      // The path of a socket is no host name that Go's server would take.
      ...(address.startsWith('unix:') && { 'grpc.default_authority': 'localhost' }),
      ...(options.userAgent && { 'grpc.primary_user_agent': options.userAgent }),
      'grpc.max_receive_message_length': limit,
      'grpc.max_send_message_length': limit,
      // Each its own socket: who closes one closes no other's calls.
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  service<S extends Service>(service: S): RpcClient<S> {
    const calls = Object.entries(service.methods).map(([name, method]) => [name, this.#callOf(service, method)]);
    return Object.fromEntries(calls) as RpcClient<S>;
  }

  close(): void {
    this.#client.close();
  }

  #callOf(service: Service, method: Method<AnyMessage, AnyMessage>): unknown {
    switch (method.streams) {
      case 'none':
        return (request: object, o: CallOptions) => this.#call(service, method.name, request, o);
      case 'response':
        return (request: object, o: CallOptions) => this.#stream(service, method.name, request, o);
      case 'both':
        return (requests: AsyncIterable<object>, o: CallOptions) => this.#talk(service, method.name, requests, o);
    }
  }

  #call(service: Service, name: string, request: object, o: CallOptions): Promise<object> {
    const { path, requestSerialize, responseDeserialize } = definitionOf(service)[name]!;
    const { signal } = o;
    return new Promise((resolve, reject) => {
      throwIfAborted(signal);
      const call = this.#client.makeUnaryRequest<object, object>(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        this.#metadata,
        this.#limits(o),
        (err, response) => {
          signal.removeEventListener('abort', cancel);
          if (response) resolve(response);
          else reject(signal.aborted ? abortError(signal) : toRpcError(err));
        },
      );
      const cancel = () => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  async *#stream(service: Service, name: string, request: object, o: CallOptions): AsyncGenerator<object> {
    const { path, requestSerialize, responseDeserialize } = definitionOf(service)[name]!;
    throwIfAborted(o.signal);
    const call = this.#client.makeServerStreamRequest<object, object>(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      this.#metadata,
      this.#limits(o),
    );
    yield* received(call, o.signal);
  }

  async *#talk(
    service: Service,
    name: string,
    requests: AsyncIterable<object>,
    o: CallOptions,
  ): AsyncGenerator<object> {
    const { path, requestSerialize, responseDeserialize } = definitionOf(service)[name]!;
    throwIfAborted(o.signal);
    const call = this.#client.makeBidiStreamRequest<object, object>(
      path,
      requestSerialize,
      responseDeserialize,
      this.#metadata,
      this.#limits(o),
    );
    const sending = (async () => {
      for await (const request of requests) {
        if (call.destroyed) return;
        if (!call.write(request))
          await new Promise<void>((resolve) => call.once('drain', resolve).once('close', resolve));
      }
      call.end();
    })();
    // The receiving side hears of it as the call's end.
    sending.catch((err: unknown) => call.destroy(err instanceof Error ? err : new Error(String(err))));
    yield* received(call, o.signal);
  }

  #limits({ timeoutMs }: CallOptions): { deadline?: number } {
    return timeoutMs === undefined ? {} : { deadline: this.#clock.now() + timeoutMs };
  }
}

interface ReceivingCall extends AsyncIterable<object> {
  cancel(): void;
}

async function* received(call: ReceivingCall, signal: AbortSignal): AsyncGenerator<object> {
  const cancel = () => call.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    yield* call;
  } catch (err) {
    throw signal.aborted ? abortError(signal) : toRpcError(err);
  } finally {
    signal.removeEventListener('abort', cancel);
    call.cancel();
  }
}

/** What the library adds when it has nothing to add. */
const emptyNote = /\.? Resolution note: $/;

function toRpcError(err: unknown): unknown {
  const { code, details } = (err ?? {}) as Partial<ServiceError>;
  return typeof code === 'number' ? new RpcError(codeName(code), (details ?? '').replace(emptyNote, ''), err) : err;
}
