import { RpcError } from '../../grpc/index.ts';
import { Compacted, DuplicateKey, LeaseExists, LeaseNotFound, StoreFull } from '../errors.ts';

export const compacted = () => new RpcError('OutOfRange', 'etcdserver: mvcc: required revision has been compacted');
export const future = () => new RpcError('OutOfRange', 'etcdserver: mvcc: required revision is a future revision');

/** A store's refusals in etcd's words, which clients compare. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof Compacted) return compacted();
  if (error instanceof LeaseNotFound) return new RpcError('NotFound', 'etcdserver: requested lease not found');
  if (error instanceof LeaseExists) return new RpcError('FailedPrecondition', 'etcdserver: lease already exists');
  if (error instanceof StoreFull) return new RpcError('ResourceExhausted', 'etcdserver: mvcc: database space exceeded');
  if (error instanceof DuplicateKey) {
    return new RpcError('InvalidArgument', 'etcdserver: duplicate key given in txn request');
  }
  return error;
}

/** The handlers of a service, refusing as etcd does. */
export function refusing<H extends object>(handlers: H): H {
  const wrapped = Object.entries(handlers).map(([name, handler]) => [
    name,
    async (...args: unknown[]) => {
      try {
        return await (handler as (...a: unknown[]) => Promise<unknown>)(...args);
      } catch (error) {
        throw refusalOf(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as H;
}
