import { hostname } from 'node:os';
import { Encryption, identityOf, resourceOfKey } from '../apiserver/index.ts';
import type { ApiServerOptions } from './apiserver-options.ts';
import { Failure } from './failure.ts';
import { insidePrefix } from './store.ts';

/** Objects of defined kinds are kept under their group. */
const defined = /^\/registry\/([^/]*\.[^/]*)\/([^/]+)\//;

/** How values are encrypted in the store, where that is wanted. */
export async function loadEncryption(
  { encryption, etcdPrefix }: Pick<ApiServerOptions, 'encryption' | 'etcdPrefix'>,
  deps: Parameters<typeof Encryption.load>[1],
): Promise<Encryption | undefined> {
  if (!encryption) return undefined;
  const placeOf = (key: string) => {
    const inside = insidePrefix(key, etcdPrefix);
    const known = resourceOfKey(inside);
    if (known) return known;
    const [, group, resource] = defined.exec(inside) ?? [];
    return group === undefined || resource === undefined ? undefined : { group, resource };
  };
  try {
    return await Encryption.load({ ...encryption, serverId: identityOf(hostname()), placeOf }, deps);
  } catch (cause) {
    throw new Failure((cause as Error).message, { cause });
  }
}
