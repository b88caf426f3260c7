import { readFileSync } from 'node:fs';
import type { Clock, Random } from '@tiphys/sdk/runtime';
import { DataDirectoryError, LmdbBackend, openEtcd, PrefixedStore, type StoreBackend } from '../store/index.ts';
import { filesIn, makeDataDir, reasonOf } from './data-dir.ts';
import { Failure } from './failure.ts';

/** The store of a data directory, which no other process can use as long as it is open. */
export async function openStore(dataDir: string, clock: Clock): Promise<StoreBackend> {
  makeDataDir(dataDir);
  try {
    return await LmdbBackend.open(filesIn(dataDir).store, { clock });
  } catch (err) {
    if (err instanceof DataDirectoryError) throw new Failure(err.message, { cause: err });
    throw err;
  }
}

/** An etcd cluster, as upstream's flags name it. */
export interface EtcdFlags {
  readonly etcdServers: readonly string[];
  readonly etcdCafile?: string;
  readonly etcdCertfile?: string;
  readonly etcdKeyfile?: string;
}

/** A store whose keys start with what `--etcd-prefix` says. */
export function underPrefix(store: StoreBackend, prefix?: string): StoreBackend {
  const outside = outsideOf(prefix);
  return outside === inside ? store : new PrefixedStore(store, { inside, outside });
}

/** A key of such a store as whoever uses it calls it. */
export function insidePrefix(key: string, prefix?: string): string {
  const outside = outsideOf(prefix);
  return key.startsWith(outside) ? inside + key.slice(outside.length) : key;
}

const outsideOf = (prefix = upstreamsPrefix): string => `/${prefix.replace(/^\/+|\/+$/g, '')}/`;

const upstreamsPrefix = '/registry';
const inside = `${upstreamsPrefix}/`;

export async function openEtcdStore(flags: EtcdFlags, deps: { clock: Clock; random: Random }): Promise<StoreBackend> {
  const pem = (name: string, file: string | undefined) => file && { [name]: Buffer.from(pemIn(file)) };
  const identity = {
    ...pem('ca', flags.etcdCafile),
    ...pem('cert', flags.etcdCertfile),
    ...pem('key', flags.etcdKeyfile),
  };
  return openEtcd({ endpoints: flags.etcdServers, ...identity }, deps).catch((cause: unknown) => {
    throw new Failure(`no etcd of --etcd-servers ${flags.etcdServers.join(',')} can be used: ${causeOf(cause)}`, {
      cause,
    });
  });
}

export function pemIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure(`${file} can't be read: ${reasonOf(cause)}`, { cause });
  }
}

function causeOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
