import type { StoreBackend } from '../backend.ts';
import type { EtcdEndpoints } from './endpoints.ts';
import type { EtcdDeps } from './etcd-backend.ts';
import type { ServedEtcd, ServeEtcdOptions } from './serve-etcd.ts';

// What these take is loaded when they're called: most clusters never do.

/** The store in an etcd cluster; resolves when a member answers. */
export async function openEtcd(endpoints: EtcdEndpoints, deps: EtcdDeps): Promise<StoreBackend> {
  const { EtcdBackend } = await import('./etcd-backend.ts');
  return EtcdBackend.open(endpoints, deps);
}

/** Serves etcd's own API over a store, and resolves when it listens: etcdctl works on it, and another API server can share it. */
export async function serveEtcd(store: StoreBackend, options: ServeEtcdOptions): Promise<ServedEtcd> {
  const { listenAsEtcd } = await import('./serve-etcd.ts');
  return listenAsEtcd(store, options);
}
