import type { ClientHttp2Stream } from 'node:http2';
import { type Answer, LoadClient } from './load.ts';

/** An etcd asked by the load client itself: gRPC is HTTP/2 with a body of five bytes more. */
export class EtcdLoad {
  readonly client: LoadClient;

  constructor(endpoint: string) {
    this.client = new LoadClient(endpoint, { headers: { 'content-type': 'application/grpc', te: 'trailers' } });
  }

  get(key: string): Promise<Answer> {
    return this.#call('KV/Range', bytes(1, key));
  }

  /** Up to `limit` of the keys from one to another. */
  range(from: string, to: string, limit = 0): Promise<Answer> {
    return this.#call('KV/Range', [...bytes(1, from), ...bytes(2, to), ...number(3, limit)]);
  }

  /** Puts a key that must not be there, as an API server does. */
  create(key: string, value: string): Promise<Answer> {
    return this.#putIf([...number(2, created), ...bytes(3, key)], key, value);
  }

  /** Puts a key that must be there. */
  update(key: string, value: string): Promise<Answer> {
    return this.#putIf([...number(1, notEqual), ...number(2, created), ...bytes(3, key)], key, value);
  }

  watch(from: string, to: string): ClientHttp2Stream {
    const create = [...bytes(1, from), ...bytes(2, to)];
    return this.client.stream('POST', path('Watch/Watch'), { body: framed(bytes(1, create)), open: true });
  }

  /** Compared with nothing, a revision is compared with 0. */
  #putIf(compare: readonly number[], key: string, value: string): Promise<Answer> {
    const put = [...bytes(1, key), ...bytes(2, value)];
    return this.#call('KV/Txn', [...bytes(1, compare), ...bytes(2, bytes(2, put))]);
  }

  #call(method: string, message: readonly number[]): Promise<Answer> {
    return this.client.request('POST', path(method), { body: framed(message) });
  }
}

/** Of a comparison: the target, and the result that is wanted. */
const [created, notEqual] = [1, 3];

const path = (method: string): string => `/etcdserverpb.${method}`;

function framed(message: readonly number[]): Buffer {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

/** Fields of protobuf messages: a varint, and bytes behind their length. */
const number = (field: number, value: number): number[] => (value ? [field * 8, ...varint(value)] : []);

function bytes(field: number, value: string | readonly number[]): number[] {
  const content = typeof value === 'string' ? [...Buffer.from(value)] : value;
  return [field * 8 + 2, ...varint(content.length), ...content];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
