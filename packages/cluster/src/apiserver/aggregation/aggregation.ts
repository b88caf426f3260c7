import { group, type Registry } from '@tiphys/sdk/runtime';
import type { KeyPair } from '../../pki/index.ts';
import { type FrontProxy, standardUserHeaders } from '../authn/index.ts';
import type { RequestContext, ServerResponse } from '../context.ts';
import type { OthersDocuments } from '../openapi/index.ts';
import type { AskDeps } from './ask.ts';
import { discoveryCheck, type Verdict } from './availability.ts';
import { DocumentsElsewhere } from './documents-elsewhere.ts';
import { Elsewhere } from './elsewhere.ts';
import { ExtensionConnections } from './extension-connections.ts';
import { type Forward, forwarder } from './forward.ts';
import { type ForwardedApi, ForwardedApis, type ForwardedApisDeps } from './forwarded-apis.ts';
import { AggregationMetrics } from './metrics.ts';

export interface AggregationConfig {
  /** With what the API server shows others who it is. */
  readonly proxyClient?: () => KeyPair | undefined;
  /** A proxy in front of this server. The headers by which it says who asks are for this server alone. */
  readonly frontProxy?: FrontProxy;
  /** Whether an answer that sends the client elsewhere is kept from it, which it is unless told. */
  readonly rejectRedirects?: boolean;
}

export interface AggregationDeps extends Omit<AskDeps, 'connections'>, ForwardedApisDeps {
  readonly registry: Registry;
}

/** All that has to do with APIs of others: which there are, what they tell of themselves, and the way to them. */
export class Aggregation {
  readonly metrics: AggregationMetrics;
  readonly #apis: ForwardedApis;
  readonly #asking: AskDeps;
  readonly #elsewhere: Elsewhere;
  readonly #documents: DocumentsElsewhere;
  readonly #forward: Forward;

  constructor({ proxyClient, frontProxy, rejectRedirects = true }: AggregationConfig, deps: AggregationDeps) {
    const { route, clock, cache, registry } = deps;
    const connections = new ExtensionConnections(proxyClient ?? (() => undefined));
    const identity = [standardUserHeaders, ...(frontProxy ? [frontProxy.headers] : [])];
    this.#asking = { route, clock, connections };
    this.metrics = new AggregationMetrics(registry, cache);
    this.#apis = new ForwardedApis(deps);
    this.#elsewhere = new Elsewhere(this.#apis, this.#asking);
    this.#documents = new DocumentsElsewhere(this.#apis, this.#asking);
    this.#forward = forwarder({ ...this.#asking, identity, rejectRedirects });
  }

  /** Whoever serves what is asked for answers; nothing when that is nobody else. */
  readonly answer = (c: RequestContext): Promise<ServerResponse> | undefined => {
    if (!this.#apis.all().length) return undefined;
    const [, prefix, group = '', version = ''] = c.info.path.split('/');
    const api = prefix === 'apis' ? this.#apis.find(group, version) : undefined;
    return api && this.#forward(c, api);
  };

  /** What discovery tells of them. */
  get versions(): Elsewhere['versions'] {
    return this.#elsewhere.versions;
  }

  /** What others add to OpenAPI 2. */
  get specs(): DocumentsElsewhere['specs'] {
    return this.#documents.specs;
  }

  /** What others have of OpenAPI 3. */
  readonly documents: OthersDocuments = {
    listed: () => this.#documents.listed(),
    answer: (c, path) => {
      const api = this.#documents.find(path);
      return api && this.#forward(c, api);
    },
  };

  /** Whether an API answers just now. */
  check(api: ForwardedApi): Promise<Verdict> {
    return discoveryCheck(this.#asking, api);
  }

  /** Keeps asking the others what they have, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await using tasks = group(signal);
    tasks.go((s) => this.#elsewhere.run(s));
    tasks.go((s) => this.#documents.run(s));
    await tasks.done();
  }
}
