import { chmodSync, readdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@tiphys/sdk/runtime';
import type { Pki } from '../pki/index.ts';
import { type ServedEtcd, serveEtcd, type StoreBackend } from '../store/index.ts';
import { filesIn, reasonOf } from './data-dir.ts';
import { Failure } from './failure.ts';
import { machineAddress } from './machine.ts';

export interface ServeStoreDeps {
  readonly pki: Pki;
  readonly dataDir: string;
  readonly clock: Clock;
}

/**
 * Serves etcd's own API over a store. On a socket of the file system for this user alone; on an address with TLS, for
 * whoever has `pki/etcd-client.{crt,key}`: who is let in reads every secret.
 */
export async function serveStore(
  store: StoreBackend,
  address: string,
  { pki, dataDir, clock }: ServeStoreDeps,
): Promise<ServedEtcd> {
  const sizeBytes = () => sizeOf(filesIn(dataDir).store);
  try {
    const path = /^unix:(?:\/\/)?(\/.*)$/.exec(address)?.[1];
    if (path) {
      // What is left of a process that was killed. The store's lock has told that no other is at work.
      rmSync(path, { force: true });
      const served = await serveEtcd(store, { address: `unix:${path}`, clock, sizeBytes });
      chmodSync(path, 0o600);
      return served;
    }
    const { ca, server } = pki.etcd(['localhost', '127.0.0.1', '::1', hostname(), machineAddress()]);
    const bytes = (pem: string) => Buffer.from(pem);
    const tls = { ca: bytes(ca.cert), cert: bytes(server.cert), key: bytes(server.key) };
    return await serveEtcd(store, { address, clock, sizeBytes, tls });
  } catch (cause) {
    throw new Failure(
      `the store can't be served at --serve-etcd ${address} (${reasonOf(cause)}): give unix:/path, or ip:port that nobody has`,
      { cause },
    );
  }
}

function sizeOf(dir: string): number {
  try {
    return readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
  } catch {
    // A store elsewhere has no files here.
    return 0;
  }
}
