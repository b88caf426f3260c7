import { ServerCredentials } from '@grpc/grpc-js';
import type { Clock } from '@tiphys/sdk/runtime';
import { RpcServer } from '../../grpc/index.ts';
import type { StoreBackend } from '../backend.ts';
import { responseHeader as header } from './header.ts';
import { clusterService, kvService, leaseService, maintenanceService, watchService } from './messages.ts';
import { serveKv } from './serve-kv.ts';
import { serveLease } from './serve-lease.ts';
import { serveCluster, serveMaintenance } from './serve-maintenance.ts';
import { serveWatch } from './serve-watch.ts';

export interface ServeEtcdOptions {
  /** `host:port`, or `unix:/path` with a socket that the file system guards. */
  readonly address: string;
  readonly clock: Clock;
  /** PEM. With these it is TLS, and clients must have a certificate of that authority. */
  readonly tls?: { readonly ca: Uint8Array; readonly cert: Uint8Array; readonly key: Uint8Array };
  /** Of the engine's files. */
  readonly sizeBytes?: () => number;
}

export interface ServedEtcd {
  /** As clients take it. */
  readonly endpoint: string;
  close(): void;
}

export async function listenAsEtcd(store: StoreBackend, options: ServeEtcdOptions): Promise<ServedEtcd> {
  const { address, clock, tls, sizeBytes = () => 0 } = options;
  const buffer = (bytes: Uint8Array) => Buffer.from(bytes);
  const server = new RpcServer({
    maxMessageBytes: 2 ** 31 - 1,
    ...(tls && {
      credentials: ServerCredentials.createSsl(
        buffer(tls.ca),
        [{ cert_chain: buffer(tls.cert), private_key: buffer(tls.key) }],
        true,
      ),
    }),
  });
  const clientUrls: string[] = [];
  const facts = { clientUrls, sizeBytes };
  server.add(kvService, serveKv(store, header));
  server.add(watchService, serveWatch(store, { clock, header }));
  server.add(leaseService, serveLease(store, header));
  server.add(maintenanceService, serveMaintenance(store, { header, facts }));
  server.add(clusterService, serveCluster(store, { header, facts }));
  const port = await server.listen(address);
  const where = address.replace(/:0$/, `:${port}`);
  const endpoint = address.startsWith('unix:') ? where : `${tls ? 'https' : 'http'}://${where}`;
  clientUrls.push(endpoint);
  return { endpoint, close: () => server.close() };
}
