import { type EventEmitter, once } from 'node:events';
import {
  Server,
  type ServerCredentials,
  ServerCredentials as Credentials,
  type ServerErrorResponse,
} from '@grpc/grpc-js';
import { definitionOf } from './definition.ts';
import type { AnyMessage, In, Method, Out, Service } from './message.ts';
import { codeNumber, RpcError } from './rpc-error.ts';

export interface RpcServerOptions {
  /** Plain text unless given. */
  readonly credentials?: ServerCredentials;
  readonly maxMessageBytes?: number;
}

/** What answers a service's calls. They refuse by throwing an `RpcError`; a stream's signal aborts when the caller is gone. */
export type RpcHandlers<S extends Service> = { readonly [K in keyof S['methods']]: HandlerOf<S['methods'][K]> };

type HandlerOf<M> =
  M extends Method<infer Request, infer Response, 'none'>
    ? (request: Out<Request>) => Promise<In<Response>>
    : M extends Method<infer Request, infer Response, 'response'>
      ? (request: Out<Request>, signal: AbortSignal) => AsyncIterable<In<Response>>
      : M extends Method<infer Request, infer Response, 'both'>
        ? (requests: AsyncIterable<Out<Request>>, signal: AbortSignal) => AsyncIterable<In<Response>>
        : never;

const mib = 1024 ** 2;

/** Serves services to any gRPC client, on `host:port` or `unix:/path`. */
export class RpcServer {
  readonly #server: Server;
  readonly #credentials: ServerCredentials;

  constructor({ credentials, maxMessageBytes = 16 * mib }: RpcServerOptions = {}) {
    this.#credentials = credentials ?? Credentials.createInsecure();
    this.#server = new Server({
      'grpc.max_receive_message_length': maxMessageBytes,
      'grpc.max_send_message_length': -1,
    });
  }

  add<S extends Service>(service: S, handlers: RpcHandlers<S>): void {
    const calls = Object.entries(service.methods).map(([name, method]) => {
      const handler = handlers[name as keyof S['methods']] as unknown as AnyHandler;
      return [method.name, served(method, handler)];
    });
    this.#server.addService(definitionOf(service), Object.fromEntries(calls) as Parameters<Server['addService']>[1]);
  }

  /** Resolves to the port when it listens; 0 for a socket file. */
  listen(address: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(address, this.#credentials, (error, port) => (error ? reject(error) : resolve(port)));
    });
  }

  /** Ends the calls that are being answered, too. */
  close(): void {
    this.#server.forceShutdown();
  }
}

type AnyHandler = (request: unknown, signal: AbortSignal) => Promise<object> & AsyncIterable<object>;
type Answer = (error: ServerErrorResponse | null, response?: object) => void;

interface ServedCall extends EventEmitter {
  readonly request: object;
  write(response: object): boolean;
  end(): void;
}

function served(method: Method<AnyMessage, AnyMessage>, handler: AnyHandler): unknown {
  if (method.streams === 'none') {
    return (call: ServedCall, answer: Answer) => {
      handler(call.request, new AbortController().signal).then(
        (response) => answer(null, response),
        (error: unknown) => answer(refusal(error)),
      );
    };
  }
  return (call: ServedCall) => {
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort());
    const request = method.streams === 'both' ? call : call.request;
    void answerAll(call, handler(request, gone.signal), gone);
  };
}

async function answerAll(call: ServedCall, responses: AsyncIterable<object>, gone: AbortController): Promise<void> {
  try {
    for await (const response of responses) {
      if (gone.signal.aborted) return;
      // Whoever has gone reads no further.
      if (!call.write(response)) await once(call, 'drain', { signal: gone.signal }).catch(() => {});
    }
    call.end();
  } catch (error) {
    // Whoever is gone can't be told.
    if (!gone.signal.aborted) call.emit('error', refusal(error));
  } finally {
    gone.abort();
  }
}

function refusal(error: unknown): ServerErrorResponse {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof RpcError)) return { name, message, code: codeNumber('Unknown'), details: message };
  return { name, message, code: codeNumber(error.code), details: error.description };
}
