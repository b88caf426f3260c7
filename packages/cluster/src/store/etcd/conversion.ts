import { hasRpcCode, type In, type Out, RpcError } from '../../grpc/index.ts';
import type { Compare, Operation, StoredItem } from '../backend.ts';
import { Compacted, StoreFull } from '../errors.ts';
import { type compare, type keyValue, type requestOp, type responseOp } from './messages.ts';
import { copyOf } from './own-writes.ts';

type KeyValue = Out<typeof keyValue>;

/** `value`: what was received, in room of its own unless given. */
export function itemOf(kv: KeyValue, value = copyOf(kv.value)): StoredItem {
  return {
    key: kv.key.toString(),
    value,
    createRevision: kv.createRevision,
    modRevision: kv.modRevision,
    version: kv.version,
    lease: kv.lease,
  };
}

const results = { '=': 'EQUAL', '!=': 'NOT_EQUAL', '<': 'LESS', '>': 'GREATER' } as const;

export function compareTo({ key, target, is, value }: Compare): In<typeof compare> {
  const common = { key: Buffer.from(key), result: results[is] };
  if (target === 'value') return { ...common, target: 'VALUE', value: value as Uint8Array };
  const number = value as number;
  switch (target) {
    case 'mod':
      return { ...common, target: 'MOD', modRevision: number };
    case 'create':
      return { ...common, target: 'CREATE', createRevision: number };
    case 'version':
      return { ...common, target: 'VERSION', version: number };
    case 'lease':
      return { ...common, target: 'LEASE', lease: number };
  }
}

export function requestOf(o: Operation): In<typeof requestOp> {
  const key = Buffer.from(o.key);
  switch (o.op) {
    case 'get':
      return { requestRange: { key } };
    case 'delete':
      return { requestDeleteRange: { key, prevKv: true } };
    case 'put':
      return { requestPut: { key, value: o.value, lease: o.lease ?? 0, prevKv: true } };
  }
}

/** What an operation at this revision wrote, removed or found. */
export function itemIn(
  { responseRange, responsePut, responseDeleteRange }: Out<typeof responseOp>,
  o: Operation,
  revision: number,
): StoredItem | undefined {
  if (o.op === 'put') {
    const prev = responsePut?.prevKv;
    return {
      key: o.key,
      value: o.value,
      createRevision: prev?.createRevision ?? revision,
      modRevision: revision,
      version: (prev?.version ?? 0) + 1,
      lease: o.lease ?? 0,
    };
  }
  const found = responseRange?.kvs[0] ?? responseDeleteRange?.prevKvs[0];
  return found && itemOf(found);
}

export const isCompacted = (error: unknown): boolean =>
  hasRpcCode(error, 'OutOfRange') && (error as RpcError).description.endsWith('required revision has been compacted');

/** etcd's refusals as a store's; `asked` is the revision that was read. */
export function storeError(error: unknown, asked = 0): unknown {
  if (isCompacted(error)) return new Compacted(asked + 1);
  return hasRpcCode(error, 'ResourceExhausted') ? new StoreFull(error) : error;
}
