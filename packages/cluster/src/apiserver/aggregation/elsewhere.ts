import { WorkQueue } from '@tiphys/sdk/runtime';
import type { UserInfo } from '../context.ts';
import { type DiscoveredVersion, nested, readAggregated, readResourceList } from '../discovery/discovered.ts';
import type { VersionElsewhere } from '../discovery/groups.ts';
import { ask, type AskDeps } from './ask.ts';
import type { ForwardedApi, ForwardedApis } from './forwarded-apis.ts';

const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const accepted = `${type},${type.replace('v=v2', 'v=v2beta1')}`;
const aggregator: UserInfo = { name: 'system:kube-aggregator', groups: ['system:masters'], extra: {} };
/** Who asks for the plain form, as upstream does. */
const plainAggregator: UserInfo = { ...aggregator, groups: [] };
const withinMs = 5000;
const againMs = 60_000;
const firstRetryMs = 500;

/** What a server told of all its versions. */
interface Heard {
  readonly versions: ReadonlyMap<string, DiscoveredVersion>;
  readonly etag: string | undefined;
  /** When it was asked. */
  readonly at: number;
}

/** What others tell of the APIs that they serve: asked when one comes or changes, every minute, and sooner after a failure. */
export class Elsewhere {
  readonly #apis: ForwardedApis;
  readonly #deps: AskDeps;
  readonly #told = new Map<string, DiscoveredVersion>();
  /** By service: several APIs often have the same. */
  readonly #heard = new Map<string, Heard>();
  /** Since when what was heard of an API is too old. */
  readonly #dirty = new Map<string, number>();
  #versions: readonly VersionElsewhere[] | undefined;

  constructor(apis: ForwardedApis, deps: AskDeps) {
    this.#apis = apis;
    this.#deps = deps;
    apis.onChange(() => (this.#versions = undefined));
  }

  /** What discovery tells of the versions: the same array as long as it is the same. One that nobody has told of yet is stale. */
  readonly versions = (): readonly VersionElsewhere[] =>
    (this.#versions ??= this.#apis.all().map(({ name, group, version, groupPriority, versionPriority }) => ({
      group,
      priority: { group: groupPriority, version: versionPriority },
      told: this.#told.get(name) ?? { version, freshness: 'Stale' },
    })));

  /** Keeps asking until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const queue = new WorkQueue({ clock, baseMs: firstRetryMs, maxMs: againMs });
    const changed = (name: string): void => {
      this.#dirty.set(name, clock.monotonic());
      queue.add(name);
    };
    const stop = this.#apis.onChange(changed);
    for (const { name } of this.#apis.all()) changed(name);
    const work = async (): Promise<void> => {
      for (let name; (name = await queue.take(signal)) !== undefined; queue.done(name)) {
        if (await this.#look(name)) queue.forget(name);
        else queue.retry(name);
        if (!this.#apis.named(name)) continue;
        if (this.#told.get(name)?.freshness === 'Current') {
          this.#dirty.set(name, clock.monotonic());
          queue.addAfter(name, againMs);
        }
      }
    };
    try {
      await Promise.all([work(), work()]);
    } finally {
      stop();
      queue.close();
    }
  }

  /** Whether it is settled what there is to tell of an API. */
  async #look(name: string): Promise<boolean> {
    const api = this.#apis.named(name);
    if (!api) {
      this.#dirty.delete(name);
      this.#forgetUnused();
      if (this.#told.delete(name)) this.#versions = undefined;
      this.#deps.connections.forget(name);
      return true;
    }
    const { version } = api;
    try {
      const told = (await this.#hear(api)).get(name) ?? { version, freshness: 'Current' };
      this.#tell(name, { ...told, freshness: 'Current' });
      return true;
    } catch {
      // It is asked again. Until then clients are told that nobody knows, and keep what they knew.
      this.#tell(name, { version, freshness: 'Stale' });
      return false;
    }
  }

  #tell(name: string, told: DiscoveredVersion): void {
    if (JSON.stringify(told) === JSON.stringify(this.#told.get(name))) return;
    this.#told.set(name, told);
    this.#versions = undefined;
  }

  async #hear(api: ForwardedApi): Promise<ReadonlyMap<string, DiscoveredVersion>> {
    const { clock } = this.#deps;
    const service = serviceOf(api);
    const known = this.#heard.get(service);
    if (known && known.at > (this.#dirty.get(api.name) ?? 0)) return known.versions;
    const at = clock.monotonic();
    const tooLong = 'request timed out';
    const answer = await ask(this.#deps, api, {
      path: '/apis',
      as: aggregator,
      accept: accepted,
      etag: known?.etag,
      withinMs,
      tooLong,
    });
    if (answer.status === 503) throw new Error(`service ${service} returned non-success response code: 503`);
    if (known && answer.status === 304) {
      this.#heard.set(service, { ...known, at });
      return known.versions;
    }
    if (answer.status === 200 && isAggregated(answer.contentType)) {
      const heard = { versions: readAggregated(JSON.parse(answer.text)), etag: answer.etag, at };
      this.#heard.set(service, heard);
      return heard.versions;
    }
    return new Map([[api.name, await this.#plain(api)]]);
  }

  /** What a server tells that knows the plain form alone. */
  async #plain(api: ForwardedApi): Promise<DiscoveredVersion> {
    const { group, version } = api;
    const path = `/apis/${group}/${version}`;
    const accept = 'application/json';
    const what = { path, as: plainAggregator, accept, withinMs, tooLong: 'request timed out' };
    const { status, text } = await ask(this.#deps, api, what);
    if (status !== 200) throw new Error(`failed to download legacy discovery for ${path}: ${status} ${text}`);
    const resources = nested(readResourceList(JSON.parse(text)));
    return { version, ...(resources.length && { resources }), freshness: 'Current' };
  }

  #forgetUnused(): void {
    const used = new Set(this.#apis.all().map(serviceOf));
    for (const service of this.#heard.keys()) if (!used.has(service)) this.#heard.delete(service);
  }
}

const serviceOf = ({ service: { namespace, name, port } }: ForwardedApi): string => `${namespace}/${name}:${port}`;

/** Either version of the aggregated form: what is read of them is the same. */
function isAggregated(contentType: string): boolean {
  const [media, ...parameters] = contentType.split(';').map((p) => p.trim());
  const has = (name: string, ...values: string[]) => values.some((v) => parameters.includes(`${name}=${v}`));
  return (
    media === 'application/json' &&
    has('g', 'apidiscovery.k8s.io') &&
    has('v', 'v2', 'v2beta1') &&
    has('as', 'APIGroupDiscoveryList')
  );
}
