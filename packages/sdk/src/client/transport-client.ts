import { isObject, type JsonObject, type KubeObject, type Status, StatusError } from '../machinery/index.ts';
import type { Kind } from '../schema/index.ts';
import type {
  CallOptions,
  Client,
  DeleteOptions,
  ListOptions,
  ObjectKey,
  ObjectList,
  Patch,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './client.ts';
import { collectionPath, deleteBody, listQuery, objectPath, watchQuery, withQuery, writeQuery } from './paths.ts';
import type { ApiRequest, ApiResponse, Transport } from './transport.ts';

export interface ClientOptions {
  /** The field manager of writes that don't name one; the server takes it from the user agent otherwise. */
  readonly fieldManager?: string;
}

/** The typed client over whatever carries its requests. */
export const createClient = (transport: Transport, options: ClientOptions = {}): Client =>
  new TransportClient(transport, options);

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

class TransportClient implements Client {
  readonly #transport: Transport;
  readonly #manager: string | undefined;

  constructor(transport: Transport, options: ClientOptions) {
    this.#transport = transport;
    this.#manager = options.fieldManager;
  }

  get<O extends KubeObject, M>(kind: Kind<O, M>, key: ObjectKey, options: CallOptions = {}): Promise<O> {
    return this.#object('GET', objectPath(kind, key), options);
  }

  async list<O extends KubeObject, M>(kind: Kind<O, M>, options: ListOptions = {}): Promise<ObjectList<O>> {
    const path = withQuery(collectionPath(kind, options.namespace), listQuery(options));
    const list = await this.#object<ObjectList<O>>('GET', path, options);
    return list.items ? list : { ...list, items: [] };
  }

  async *watch<O extends KubeObject, M>(kind: Kind<O, M>, options: WatchOptions): AsyncIterable<WatchEvent<O>> {
    const path = withQuery(collectionPath(kind, options.namespace), watchQuery(options));
    const response = await this.#send({ method: 'GET', path, ...signalOf(options) });
    for await (const { type, object } of response.frames()) {
      if (type === 'ERROR') throw StatusError.from(object as unknown as Status);
      yield { type, object: object as O };
    }
  }

  create<O extends KubeObject, M>(kind: Kind<O, M>, manifest: M, options: WriteOptions = {}): Promise<O> {
    const body = typed(kind, manifest);
    const { name, namespace } = (body['metadata'] ?? {}) as KubeObject['metadata'];
    const path = options.subresource
      ? objectPath(kind, { metadata: { ...(name && { name }), ...(namespace && { namespace }) } }, options.subresource)
      : collectionPath(kind, namespace);
    return this.#write('POST', path, body, options);
  }

  update<O extends KubeObject, M>(kind: Kind<O, M>, object: O | M, options: WriteOptions = {}): Promise<O> {
    const path = objectPath(kind, object as ObjectKey, options.subresource);
    return this.#write('PUT', path, typed(kind, object), options);
  }

  patch<O extends KubeObject, M>(
    kind: Kind<O, M>,
    key: ObjectKey,
    { type, patch }: Patch,
    options: WriteOptions = {},
  ): Promise<O> {
    const body = type === 'json' ? new TextEncoder().encode(JSON.stringify(patch)) : patch;
    return this.#write('PATCH', objectPath(kind, key, options.subresource), body, options, patchTypes[type]);
  }

  updateStatus<O extends KubeObject & { status?: unknown }, M>(
    kind: Kind<O, M>,
    object: O,
    status: O['status'],
    options: WriteOptions = {},
  ): Promise<O> {
    return this.#write('PUT', objectPath(kind, object, 'status'), { ...typed(kind, object), status }, options);
  }

  apply<O extends KubeObject, M>(
    kind: Kind<O, M>,
    manifest: M,
    options: WriteOptions & { force?: boolean } = {},
  ): Promise<O> {
    const path = objectPath(kind, manifest as ObjectKey, options.subresource);
    return this.#write('PATCH', path, typed(kind, manifest), options, 'application/apply-patch+yaml');
  }

  async delete<O extends KubeObject, M>(kind: Kind<O, M>, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    await this.#object('DELETE', objectPath(kind, key), options, deleteBody(options));
  }

  async deleteCollection<O extends KubeObject, M>(
    kind: Kind<O, M>,
    list: ListOptions,
    options: DeleteOptions = {},
  ): Promise<void> {
    const path = withQuery(collectionPath(kind, list.namespace), listQuery(list));
    await this.#object('DELETE', path, options, deleteBody(options));
  }

  post<O extends KubeObject, M>(
    kind: Kind<O, M>,
    key: ObjectKey,
    subresource: string,
    body: JsonObject,
    options: CallOptions = {},
  ): Promise<JsonObject> {
    return this.#object('POST', objectPath(kind, key, subresource), options, body);
  }

  raw(request: ApiRequest): Promise<ApiResponse> {
    return this.#transport.send(request);
  }

  #write<O>(
    method: string,
    path: string,
    body: JsonObject | Uint8Array,
    options: WriteOptions & { force?: boolean },
    contentType?: string,
  ): Promise<O> {
    return this.#object(method, withQuery(path, writeQuery(options, this.#manager)), options, body, contentType);
  }

  async #object<T>(
    method: string,
    path: string,
    options: CallOptions,
    body?: JsonObject | Uint8Array,
    contentType = 'application/json',
  ): Promise<T> {
    const response = await this.#send({
      method,
      path,
      ...(body && { body, headers: { 'content-type': contentType } }),
      ...signalOf(options),
    });
    return (await response.json()) as T;
  }

  async #send(request: ApiRequest): Promise<ApiResponse> {
    const response = await this.#transport.send(request);
    if (response.status < 400) return response;
    throw await refusal(response);
  }
}

/** What a code means when a proxy, or a server that doesn't know the path, says nothing more: client-go's reading. */
const reasons: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The error of a refused request; a proxy's plain text becomes a `StatusError` too. */
export async function refusal(response: ApiResponse): Promise<StatusError> {
  const body = await response.json().catch(() => undefined); // not JSON: the code alone must do
  if (isObject(body) && body['kind'] === 'Status') return StatusError.from(body as unknown as Status);
  const { status } = response;
  return new StatusError(status, reasons[status] ?? 'Unknown', `the server answered with status code ${status}`);
}

const signalOf = ({ signal }: CallOptions) => (signal ? { signal } : {});

function typed<O extends KubeObject, M>(kind: Kind<O, M>, object: O | M): JsonObject {
  return { ...(object as JsonObject), apiVersion: kind.apiVersion, kind: kind.kind };
}
