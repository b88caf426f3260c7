/**
 * A word says how one field travels and which TypeScript types it has: `Out` as received, where every field is there (scalars
 * with their zero value, absent messages null), `In` as sent, where any may be left out.
 */
export interface Word<Out, In> {
  readonly type: string;
  readonly label?: 'repeated' | 'map';
  readonly message?: AnyMessage;
  readonly enumeration?: Readonly<Record<string, number>>;
  // Never present: they carry the types.
  readonly out?: Out;
  readonly in?: In;
}

export type AnyWord = Word<unknown, unknown>;
type Fields = Readonly<Record<string, readonly [number: number, word: AnyWord]>>;

export interface AnyMessage {
  readonly name: string;
  readonly fields: Fields;
}

export interface Message<F extends Fields> extends AnyMessage {
  readonly fields: F;
}

type OutOf<W> = W extends Word<infer O, unknown> ? O : never;
type InOf<W> = W extends Word<unknown, infer I> ? I : never;

/** The message as received. */
export type Out<M> = M extends Message<infer F> ? { -readonly [K in keyof F]: OutOf<F[K][1]> } : never;
/** The message as sent. */
export type In<M> = M extends Message<infer F> ? { -readonly [K in keyof F]?: InOf<F[K][1]> | undefined } : never;

const scalar = <Out, In = Out>(type: string): Word<Out, In> => ({ type });

export const str = scalar<string>('string');
export const bool = scalar<boolean>('bool');
export const int32 = scalar<number>('int32');
export const uint32 = scalar<number>('uint32');
/** As a JavaScript number: exact to 2^53, so a timestamp in nanoseconds is good to a quarter of a microsecond. */
export const int64 = scalar<number>('int64');
export const uint64 = scalar<number>('uint64');
export const bytes = scalar<Buffer, Uint8Array>('bytes');
export const strMap: Word<Record<string, string>, Readonly<Record<string, string>>> = { type: 'string', label: 'map' };

export const bytesMap: Word<Record<string, Buffer>, Readonly<Record<string, Uint8Array>>> = {
  type: 'bytes',
  label: 'map',
};

export function message<const F extends Fields>(name: string, fields: F): Message<F> {
  return { name, fields };
}

export function one<M extends AnyMessage>(of: M): Word<Out<M> | null, In<M>> {
  return { type: of.name, message: of };
}

export function many<M extends AnyMessage>(of: M): Word<Out<M>[], readonly In<M>[]> {
  return { type: of.name, label: 'repeated', message: of };
}

export function list<T>(of: Word<T, T>): Word<T[], readonly T[]> {
  return { type: of.type, label: 'repeated', ...(of.enumeration && { enumeration: of.enumeration }) };
}

/** Travels as its number, appears as its name. */
export function oneOf<const V extends Readonly<Record<string, number>>>(
  name: string,
  values: V,
): Word<keyof V & string, keyof V & string> {
  return { type: name, enumeration: values };
}

/** Which side of a method sends many messages. */
export type Streams = 'none' | 'response' | 'both';

export interface Method<Request extends AnyMessage, Response extends AnyMessage, S extends Streams = Streams> {
  readonly name: string;
  readonly request: Request;
  readonly response: Response;
  readonly streams: S;
}

export function rpc<Request extends AnyMessage, Response extends AnyMessage>(
  name: string,
  request: Request,
  response: Response,
): Method<Request, Response, 'none'> {
  return { name, request, response, streams: 'none' };
}

export function serverStream<Request extends AnyMessage, Response extends AnyMessage>(
  name: string,
  request: Request,
  response: Response,
): Method<Request, Response, 'response'> {
  return { name, request, response, streams: 'response' };
}

export function bothStream<Request extends AnyMessage, Response extends AnyMessage>(
  name: string,
  request: Request,
  response: Response,
): Method<Request, Response, 'both'> {
  return { name, request, response, streams: 'both' };
}

export interface Service {
  /** Of the service; the messages' own packages don't travel. */
  readonly package: string;
  readonly name: string;
  readonly methods: Readonly<Record<string, Method<AnyMessage, AnyMessage>>>;
}

/** A service as the JSON descriptor that protobuf.js reads. */
export function descriptorOf(service: Service): object {
  const nested = new Map<string, object>();
  const methods = Object.values(service.methods).map((m) => {
    addMessage(nested, m.request);
    addMessage(nested, m.response);
    const streams = { requestStream: m.streams === 'both', responseStream: m.streams !== 'none' };
    return [m.name, { requestType: m.request.name, responseType: m.response.name, ...streams }];
  });
  nested.set(service.name, { methods: Object.fromEntries(methods) as object });
  return service.package
    .split('.')
    .reduceRight<object>((inner, part) => ({ nested: { [part]: inner } }), { nested: Object.fromEntries(nested) });
}

function addMessage(nested: Map<string, object>, { name, fields }: AnyMessage): void {
  if (nested.has(name)) return;
  const declared = Object.entries(fields).map(([field, [id, word]]) => {
    const rule = word.label === 'repeated' ? { rule: 'repeated' } : word.label === 'map' ? { keyType: 'string' } : {};
    return [field, { id, type: word.type, ...rule }];
  });
  nested.set(name, { fields: Object.fromEntries(declared) as object });
  for (const [, word] of Object.values(fields)) {
    if (word.message) addMessage(nested, word.message);
    if (word.enumeration) nested.set(word.type, { values: word.enumeration });
  }
}
