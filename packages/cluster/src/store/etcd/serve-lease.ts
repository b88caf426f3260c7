import { RpcError, type RpcHandlers } from '../../grpc/index.ts';
import type { StoreBackend } from '../backend.ts';
import { LeaseNotFound } from '../errors.ts';
import type { ResponseHeader } from './header.ts';
import type { leaseService } from './messages.ts';
import { refusing } from './refusals.ts';

/** etcd's Lease service over a store. */
export function serveLease(store: StoreBackend, header: ResponseHeader): RpcHandlers<typeof leaseService> {
  const now = () => header(store.revision);
  const { leaseKeepAlive, ...others } = handlers();
  return { leaseKeepAlive, ...refusing(others) };

  function handlers(): RpcHandlers<typeof leaseService> {
    return {
      async leaseGrant({ ttl, id }) {
        if (ttl <= 0) throw new RpcError('OutOfRange', 'etcdserver: too short lease TTL');
        if (!Number.isSafeInteger(id)) throw new RpcError('InvalidArgument', 'this store numbers leases up to 2^53');
        const lease = await store.grantLease(ttl, id || undefined);
        return { header: now(), id: lease.id, ttl: lease.ttlSeconds };
      },

      async leaseRevoke({ id }) {
        await store.revokeLease(id);
        return { header: now() };
      },

      /** A lease that is gone has no time left, and is no error. */
      async *leaseKeepAlive(requests) {
        for await (const { id } of requests) {
          const ttl = await unlessGone(
            store.keepLeaseAlive(id).then((l) => l.ttlSeconds),
            0,
          );
          yield { header: now(), id, ttl };
        }
      },

      async leaseTimeToLive({ id, keys }) {
        const lease = await unlessGone(store.lease(id), undefined);
        if (!lease) return { header: now(), id, ttl: -1 };
        const attached = keys ? lease.keys.map((k) => Buffer.from(k)) : [];
        return { header: now(), id, ttl: lease.remainingSeconds, grantedTtl: lease.ttlSeconds, keys: attached };
      },

      async leaseLeases() {
        return { header: now(), leases: (await store.leases()).map((id) => ({ id })) };
      },
    };
  }
}

async function unlessGone<T, U>(asked: Promise<T>, otherwise: U): Promise<T | U> {
  return asked.catch((error: unknown) => {
    if (error instanceof LeaseNotFound) return otherwise;
    throw error;
  });
}
