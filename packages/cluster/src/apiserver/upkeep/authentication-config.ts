import { configMap, type ConfigMap } from '@tiphys/sdk/api';
import type { Cache } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import { equal, isNotFound } from '@tiphys/sdk/machinery';
import { type Clock, type Logger, WorkQueue } from '@tiphys/sdk/runtime';
import type { FrontProxy } from '../authn/index.ts';
import { certificatesIn } from '../http/index.ts';
import { workOff } from './work-off.ts';

const namespace = 'kube-system';
const name = 'extension-apiserver-authentication';
/** How often it is looked at, even where nothing tells of a change. */
const againMs = 60_000;

/** What extension servers need to know whom to believe. */
export interface PublishedAuthentication {
  /** Who vouches for clients: PEM. */
  readonly clientCa: string;
  /** Proxies in front, such as this server is one for extension servers. */
  readonly frontProxy?: FrontProxy;
}

export interface AuthenticationConfigDeps {
  readonly published: PublishedAuthentication;
  readonly cache: Cache;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Keeps `kube-system/extension-apiserver-authentication`, from which extension servers learn whom to believe. Until the signal aborts. */
export async function keepAuthenticationConfig(
  { published, cache, client, clock, log }: AuthenticationConfigDeps,
  signal: AbortSignal,
): Promise<void> {
  const queue = new WorkQueue({ clock });
  const informer = cache.informer(configMap, { namespace, fieldSelector: `metadata.name=${name}` });
  const stop = informer.on(() => queue.add(name));
  await informer.synced(signal);
  queue.add(name);
  const step = async (): Promise<{ againMs: number }> => {
    await settle(client, { found: informer.get(namespace, name), published, now: clock.now() }, signal);
    return { againMs };
  };
  try {
    await workOff(queue, step, { log, failure: 'what extension servers are told was not looked after' }, signal);
  } finally {
    stop();
    queue.close();
  }
}

async function settle(
  client: Client,
  { found, published, now }: { found: ConfigMap | undefined; published: PublishedAuthentication; now: number },
  signal: AbortSignal,
): Promise<void> {
  const data = authenticationData(found?.data ?? {}, published, now);
  if (equal(data, found?.data ?? {})) return;
  const metadata = { name, namespace };
  const made = () => client.create(configMap, { metadata, data }, { signal });
  if (!found) return void (await made());
  await client.update(configMap, { ...found, data }, { signal }).catch((err: unknown) => {
    if (!isNotFound(err)) throw err;
    return made();
  });
}

/**
 * What is published, beside what others have published: there may be several servers, each with authorities of its own. Those
 * that have expired go.
 */
export function authenticationData(
  before: Readonly<Record<string, string>>,
  { clientCa, frontProxy }: PublishedAuthentication,
  now: number,
): Record<string, string> {
  const data: Record<string, string> = {};
  const clients = bundle([before['client-ca-file'] ?? '', clientCa], now);
  if (clients) data['client-ca-file'] = clients;
  const proxies = bundle([before['requestheader-client-ca-file'] ?? '', frontProxy?.ca ?? ''], now);
  if (!proxies) return data;
  const { username = [], uid = [], group = [], extraPrefix = [] } = frontProxy?.headers ?? {};
  const together = (key: string, own: readonly string[]) => [...new Set([...listIn(before[key]), ...own])];
  const lists: Record<string, readonly string[]> = {
    'requestheader-username-headers': username,
    'requestheader-uid-headers': uid,
    'requestheader-group-headers': group,
    'requestheader-extra-headers-prefix': extraPrefix,
    'requestheader-allowed-names': frontProxy?.allowedNames ?? [],
  };
  for (const [key, own] of Object.entries(lists)) {
    const all = together(key, own);
    if (all.length || key !== 'requestheader-uid-headers') data[key] = JSON.stringify(all);
  }
  return { ...data, 'requestheader-client-ca-file': proxies };
}

function listIn(text = ''): string[] {
  if (!text) return [];
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.map(String) : [];
}

/** The certificates of several bundles, each once, in order, and none that has expired. */
function bundle(pems: readonly string[], now: number): string {
  const good = pems.flatMap(certificatesIn).filter((c) => Date.parse(c.validTo) > now);
  return [...new Set(good.map((c) => c.toString()))].join('');
}
