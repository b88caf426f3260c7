import type { APIService } from '@tiphys/sdk/api';
import { equal } from '@tiphys/sdk/machinery';
import type { WatchCache } from '../cache/watch-cache.ts';
import type { ServicePort } from '../services/index.ts';

/** A version of a group that somebody else serves, as its APIService says. */
export interface ForwardedApi {
  /** `VERSION.GROUP` */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
  readonly service: ServicePort;
  /** What vouches for the server: PEM; the system's own authorities without it. */
  readonly ca: string | undefined;
  /** Whatever certificate it shows is good. */
  readonly insecure: boolean;
  readonly isAvailable: boolean;
}

export interface ForwardedApisDeps {
  /** The APIServices; nobody else serves anything where there are none. */
  readonly cache: WatchCache | undefined;
  /** What is served here is never somebody else's. */
  readonly isOurs: (group: string, version: string) => boolean;
}

/** The APIs of others. They follow the cache of APIServices, so that all servers of a store forward the same. */
export class ForwardedApis {
  readonly #deps: ForwardedApisDeps;
  readonly #apis = new Map<string, ForwardedApi>();
  readonly #followers = new Set<(name: string) => void>();
  #all: readonly ForwardedApi[] = [];

  constructor(deps: ForwardedApisDeps) {
    this.#deps = deps;
    const { cache } = deps;
    for (const entry of cache?.list({}) ?? []) this.#take(entry.name);
    cache?.follow(({ entry }) => this.#take(entry.name));
  }

  /** All of them: the same array as long as nothing changes. */
  readonly all = (): readonly ForwardedApi[] => this.#all;

  find(group: string, version: string): ForwardedApi | undefined {
    return this.#apis.get(`${version}.${group}`);
  }

  named(name: string): ForwardedApi | undefined {
    return this.#apis.get(name);
  }

  /** Calls back, within the same turn, with the name of every API that comes, goes or changes; until what it answers is called. */
  onChange(follower: (name: string) => void): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  #take(name: string): void {
    const { cache, isOurs } = this.#deps;
    const found = cache?.get(`${cache.resource.prefix}${name}`)?.object as APIService | undefined;
    const next = found && forwardedApi(found);
    const before = this.#apis.get(name);
    if (next && !isOurs(next.group, next.version)) {
      if (equal(next, before)) return;
      this.#apis.set(name, next);
    } else if (!this.#apis.delete(name)) return;
    this.#all = [...this.#apis.values()];
    for (const tell of this.#followers) tell(name);
  }
}

/** What an APIService says of somebody else; nothing when it is about the server itself. */
export function forwardedApi({ metadata, spec, status }: APIService): ForwardedApi | undefined {
  const { service, group = '', version = '', caBundle, insecureSkipTLSVerify: insecure = false } = spec;
  if (!service) return undefined;
  const { namespace = '', name = '', port } = service;
  return {
    name: metadata.name!,
    group,
    version,
    groupPriority: spec.groupPriorityMinimum,
    versionPriority: spec.versionPriority,
    service: { namespace, name, port },
    ca: caBundle ? Buffer.from(caBundle, 'base64').toString() : undefined,
    insecure,
    isAvailable: isAvailable(status),
  };
}

export const isAvailable = ({ conditions }: APIService['status']): boolean =>
  conditions?.some((c) => c.type === 'Available' && c.status === 'True') ?? false;
