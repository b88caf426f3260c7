import type { StoreBackend } from '../backend.ts';
import type { EtcdEndpoints } from './endpoints.ts';
import type { EtcdDeps } from './etcd-backend.ts';

/** The store in an etcd cluster; resolves when a member answers. What it takes is loaded only now: most clusters never do. */
export async function openEtcd(endpoints: EtcdEndpoints, deps: EtcdDeps): Promise<StoreBackend> {
  const { EtcdBackend } = await import('./etcd-backend.ts');
  return EtcdBackend.open(endpoints, deps);
}
