import { isObject } from '@tiphys/sdk/machinery';
import { WorkQueue } from '@tiphys/sdk/runtime';
import type { UserInfo } from '../context.ts';
import { readSpec, type Spec } from '../openapi/index.ts';
import { ask, type AskDeps } from './ask.ts';
import type { ForwardedApi, ForwardedApis } from './forwarded-apis.ts';

const aggregator: UserInfo = { name: 'system:aggregator', groups: [], extra: {} };
const withinMs = 60_000;
/** A server that begins has other things to do first. */
const firstMs = 1000;
const againMs = 60_000;
const longestRetryMs = 3_600_000;

/** Where a document of OpenAPI 3 is, that another server has. */
export interface ListedElsewhere {
  readonly api: string;
  readonly url: string;
}

interface Told {
  readonly listed: ReadonlyMap<string, string>;
  readonly spec: Spec | undefined;
  readonly etag: string | undefined;
}

/** The OpenAPI documents of others: which there are of OpenAPI 3, and what of OpenAPI 2 is about their APIs. */
export class DocumentsElsewhere {
  readonly #apis: ForwardedApis;
  readonly #deps: AskDeps;
  readonly #told = new Map<string, Told>();
  #specs: readonly Spec[] = [];
  #areSpecsOld = false;

  constructor(apis: ForwardedApis, deps: AskDeps) {
    this.#apis = apis;
    this.#deps = deps;
    apis.onChange(() => (this.#areSpecsOld = true));
  }

  /** Documents of OpenAPI 3 by path. */
  *listed(): Iterable<readonly [path: string, at: ListedElsewhere]> {
    for (const { name } of this.#apis.all()) {
      for (const [path, url] of this.#told.get(name)?.listed ?? []) yield [path, { api: name, url }];
    }
  }

  find(path: string): ForwardedApi | undefined {
    return this.#apis.all().find(({ name }) => this.#told.get(name)?.listed.has(path));
  }

  /** Parts of OpenAPI 2, in the order of their APIs' priorities: the same array as long as they are the same. */
  readonly specs = (): readonly Spec[] => {
    if (this.#areSpecsOld) {
      const next = [...this.#apis.all()].sort(byPriority).flatMap(({ name }) => this.#told.get(name)?.spec ?? []);
      const isSame = next.length === this.#specs.length && next.every((spec, i) => spec === this.#specs[i]);
      if (!isSame) this.#specs = next;
      this.#areSpecsOld = false;
    }
    return this.#specs;
  };

  /** Keeps asking until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const queue = new WorkQueue({ clock, baseMs: againMs, maxMs: longestRetryMs });
    const soon = (name: string): void => {
      if (this.#told.has(name) && this.#apis.named(name)) return;
      queue.forget(name);
      queue.addAfter(name, firstMs);
    };
    const stop = this.#apis.onChange(soon);
    for (const { name } of this.#apis.all()) soon(name);
    try {
      for (let name; (name = await queue.take(signal)) !== undefined; queue.done(name)) {
        const api = this.#apis.named(name);
        if (!api) this.#told.delete(name);
        else if (await this.#look(api)) {
          queue.forget(name);
          queue.addAfter(name, againMs);
        } else queue.retry(name);
      }
    } finally {
      stop();
      queue.close();
    }
  }

  /** Whether everything was told; what was told last stays until there is something else. */
  async #look(api: ForwardedApi): Promise<boolean> {
    try {
      const before = this.#told.get(api.name);
      const listed = await this.#list(api);
      const { spec, etag } = await this.#spec(api, before);
      this.#told.set(api.name, { listed, spec, etag });
      if (spec !== before?.spec) this.#areSpecsOld = true;
      return true;
    } catch {
      // It is asked again; until then clients do without.
      return false;
    }
  }

  async #list(api: ForwardedApi): Promise<ReadonlyMap<string, string>> {
    const { status, text } = await this.#ask(api, '/openapi/v3');
    if (status === 404) return new Map();
    if (status !== 200) throw new Error(`OpenAPI 3 of ${api.name}: status ${status}`);
    const document: unknown = JSON.parse(text);
    const paths = isObject(document) && isObject(document['paths']) ? Object.entries(document['paths']) : [];
    return new Map(
      paths.flatMap(([path, at]) =>
        isObject(at) && typeof at['serverRelativeURL'] === 'string' ? [[path, at['serverRelativeURL']] as const] : [],
      ),
    );
  }

  async #spec(api: ForwardedApi, before: Told | undefined): Promise<Pick<Told, 'spec' | 'etag'>> {
    const { status, text, etag } = await this.#ask(api, '/openapi/v2', before?.etag);
    if (status === 304 && before) return before;
    if (status === 404) return { spec: undefined, etag: undefined };
    if (status !== 200) throw new Error(`OpenAPI 2 of ${api.name}: status ${status}`);
    return { spec: readSpec(JSON.parse(text), `/apis/${api.group}/${api.version}/`), etag };
  }

  #ask(api: ForwardedApi, path: string, etag?: string) {
    const accept = 'application/json';
    return ask(this.#deps, api, { path, as: aggregator, accept, etag, withinMs, tooLong: 'request timed out' });
  }
}

const byPriority = (a: ForwardedApi, b: ForwardedApi): number =>
  b.groupPriority - a.groupPriority || b.versionPriority - a.versionPriority || (a.name < b.name ? -1 : 1);
