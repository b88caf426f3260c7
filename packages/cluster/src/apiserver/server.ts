import { internalError, isObject, type KubeObject, StatusError } from '@tiphys/sdk/machinery';
import {
  type ApiRequest,
  type ApiResponse,
  readFrames,
  refusal,
  type Transport,
  type WatchFrame,
} from '@tiphys/sdk/client';
import { type Clock, type Logger, messageOf, pacerOf, type Random } from '@tiphys/sdk/runtime';
import { type StoreBackend, StoreRefusal } from '../store/index.ts';
import { AdmissionChain, type AdmissionCounts, type AdmissionPlugin } from './admission/plugin.ts';
import { Feeds, type StoreOverride } from './cache/feeds.ts';
import { Lifecycle } from './lifecycle.ts';
import {
  type Filter,
  type Handler,
  RequestContext,
  type ServerRequest,
  type ServerResponse,
  type UserInfo,
} from './context.ts';
import { answerTo } from './filters/answer-to.ts';
import { requestInfo } from './filters/request-info.ts';
import { dispatcher, type Endpoint, type SubresourceHandler } from './handlers/dispatch.ts';
import { errorResponse } from './handlers/respond.ts';
import { type ServedKinds, standardKinds } from './kinds.ts';
import { customResourceDefinition } from '@tiphys/sdk/api';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { Aggregation } from './aggregation/index.ts';
import type { ConversionWorld } from './crd/conversion/index.ts';
import { CustomResources } from './crd/custom-resources.ts';
import { terminationHooks } from './crd/termination.ts';
import type { KindHooks } from './registry/kind-hooks.ts';
import { Registries } from './registry/registries.ts';
import { Registry } from './registry/registry.ts';
import { type Resource, resourceOf } from './registry/resource.ts';
import { shownWarnings } from './warnings.ts';

export interface ApiServerDeps {
  readonly store: StoreBackend;
  /** Stores of certain resources. */
  readonly overrides?: readonly StoreOverride[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** What is served, when it isn't what is served ordinarily. */
  readonly kinds?: ServedKinds;
}

/** The parts that an API server is put together from; each list in one place, its order the order of work. */
export interface ApiServerParts {
  readonly filters: (server: ApiServer) => readonly Filter[];
  readonly admission: (server: ApiServer) => readonly AdmissionPlugin[];
  /** Who wants to know how long admission takes. */
  readonly admissionCounts?: (server: ApiServer) => AdmissionCounts;
  readonly endpoints: (server: ApiServer) => readonly Endpoint[];
  readonly subresources: (server: ApiServer) => readonly SubresourceHandler[];
  readonly hooks: (server: ApiServer, resource: Resource) => KindHooks | undefined;
  /** How requests are passed on to others; they aren't, without it. */
  readonly aggregation?: (server: ApiServer) => Aggregation;
  /** What goes on beside requests for as long as the server runs. */
  readonly background?: (server: ApiServer) => readonly ((signal: AbortSignal) => Promise<void>)[];
  /** How custom resources are converted by others; they aren't, unless given. */
  readonly conversion?: (server: ApiServer) => ConversionWorld;
  /** Watches without a limit of their own end after this long to twice as long; half an hour, unless told. */
  readonly minWatchSeconds?: number;
}

const anonymous: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'], extra: {} };

/** The API server as a function: `handle(request) → response`. Only `http/` knows sockets. */
export class ApiServer {
  readonly deps: ApiServerDeps;
  readonly kinds: ServedKinds;
  readonly feeds: Feeds;
  readonly lifecycle = new Lifecycle();
  readonly #ids: Random;
  #registries: Registries | undefined;
  #custom: CustomResources | undefined;
  #aggregation: Aggregation | undefined;
  #served: { readonly custom: readonly AnyKind[]; readonly all: readonly AnyKind[] } | undefined;
  #handler: Handler | undefined;
  #admission = new AdmissionChain([]);
  #background: readonly ((signal: AbortSignal) => Promise<void>)[] = [];

  constructor(deps: ApiServerDeps) {
    this.deps = deps;
    this.kinds = deps.kinds ?? standardKinds;
    this.#ids = deps.random.fork('audit-ids');
    this.feeds = new Feeds(deps);
  }

  get registries(): Registries {
    if (!this.#registries) throw new Error('the server has not been loaded');
    return this.#registries;
  }

  /** Resources that others have defined; none where definitions aren't served. */
  get custom(): CustomResources | undefined {
    return this.#custom;
  }

  /** APIs that somebody else serves. */
  get aggregation(): Aggregation | undefined {
    return this.#aggregation;
  }

  /** Every kind that is served now, defined ones among them: the same array as long as nothing changes. */
  readonly served = (): readonly AnyKind[] => {
    const custom = this.#custom?.kinds ?? [];
    if (this.#served?.custom !== custom) this.#served = { custom, all: [...this.kinds.all, ...custom] };
    return this.#served.all;
  };

  /** What looks at writes that registries don't see. */
  get admission(): AdmissionChain {
    return this.#admission;
  }

  /** Reads what is stored and puts the chain together. */
  async load(parts: ApiServerParts, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.deps;
    const { gates } = this.kinds;
    await this.feeds.load(this.kinds.hubs.map(resourceOf), signal);
    // Plugins and hooks find the registries through the server when they are asked, not when they are made.
    const counts = parts.admissionCounts?.(this);
    const timing = counts && { counts, now: () => clock.monotonic() };
    const admission = (this.#admission = new AdmissionChain(parts.admission(this), timing));
    this.#registries = new Registries(this.kinds.stored, { feeds: this.feeds, admission, clock, random, gates }, (r) =>
      parts.hooks(this, r),
    );
    const { feeds } = this;
    const { group, version, plural } = customResourceDefinition;
    const definitions = this.#registries.find(group, version, plural)?.cache;
    if (definitions) {
      const registryOf = (r: Resource) =>
        new Registry(
          r,
          { feed: feeds.of(r), admission, clock, random },
          terminationHooks(r, () => this.#custom?.find(`${r.resource}.${r.group}`)),
        );
      this.#custom = new CustomResources({ feeds, definitions, registryOf, conversion: parts.conversion?.(this) });
    }
    this.#aggregation = parts.aggregation?.(this);
    const last = dispatcher({
      registries: this.#registries,
      ...(this.#aggregation && { elsewhere: this.#aggregation.answer }),
      ...(this.#custom && { custom: this.#custom }),
      clock,
      random,
      minWatchSeconds: parts.minWatchSeconds ?? 1800,
      endpoints: parts.endpoints(this),
      subresources: parts.subresources(this),
      groups: new Set(this.kinds.all.map((k) => k.group)),
    });
    this.#background = parts.background?.(this) ?? [];
    this.#handler = parts.filters(this).reduceRight<Handler>((next, filter) => (c) => filter(c, next), last);
  }

  /** Ends all watches as if their time were over; clients go on elsewhere, or here, from where they were. */
  endWatches(): void {
    for (const cache of this.feeds.caches) cache.close();
  }

  /** Follows the store, and does what goes on beside requests, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.feeds.run(signal), ...this.#background.map((run) => run(signal))]);
  }

  /** Every request's way through the server; never rejects. */
  handle(request: ServerRequest): Promise<ServerResponse> {
    const at = request.path.indexOf('?');
    const path = at === -1 ? request.path : request.path.slice(0, at);
    const query = queryOf(at === -1 ? '' : request.path.slice(at + 1));
    const context = new RequestContext({
      request,
      // Nobody outside could ask about a request that never left the process.
      auditId: request.objects ? '' : String(request.headers['audit-id'] || this.#ids.uuid()),
      info: requestInfo(request.method, path, query),
      query,
      now: this.deps.clock.now(),
      user: request.user ?? anonymous,
    });
    return answerTo(context, this.#handler!).then(
      (response) => headed(context, response),
      (err) => headed(context, this.#refusal(context, err)),
    );
  }

  #refusal(context: RequestContext, err: unknown): ServerResponse {
    const { request, query, auditId } = context;
    const { path } = context.info;
    if (err instanceof StatusError) {
      const answer = errorResponse(request, query, err);
      return context.isTurnedAway ? unsniffed(answer) : answer;
    }
    const { log } = this.deps;
    const told = { method: request.method, path, auditId };
    if (err instanceof StoreRefusal)
      log.warn('the store did not do what a request needs', { ...told, error: String(err) });
    else log.error('request failed', { ...told, error: err instanceof Error ? err.stack : String(err) });
    return errorResponse(request, query, internalError(messageOf(err)));
  }

  /** A way in for components of the same process: same filters and admission, no sockets, shared frozen objects. */
  transport(user: UserInfo): Transport {
    const pacer = pacerOf(this.deps.clock);
    return {
      send: async (request) => {
        await pacer.turn();
        return inProcess(await this.handle(asServerRequest(request, user)));
      },
      upgrade: async (request) => {
        await pacer.turn();
        const answer = await this.handle(asServerRequest(request, user));
        if (answer.body.type !== 'upgrade') throw await refusal(inProcess(answer));
        return { headers: answer.headers, stream: answer.body.stream };
      },
      close: () => {},
    };
  }
}

const unsniffed = ({ status, headers, body }: ServerResponse): ServerResponse => ({
  status,
  headers: { ...headers, 'x-content-type-options': 'nosniff' },
  body,
});

/** The answer with what every answer says, whatever it is. */
function headed({ request, auditId, flow, warnings }: RequestContext, response: ServerResponse): ServerResponse {
  const { status, headers, body } = response;
  const warning = warnings.length
    ? { warning: shownWarnings(warnings).map((w) => `299 - ${JSON.stringify(w)}`) }
    : undefined;
  if (request.objects) return warning ? { status, headers: { ...headers, ...warning }, body } : response;
  // Two literals: what begins with a spread takes twenty times as long.
  const all = flow
    ? {
        'audit-id': auditId,
        'cache-control': 'no-cache, private',
        'x-kubernetes-pf-flowschema-uid': flow.schemaUid,
        'x-kubernetes-pf-prioritylevel-uid': flow.levelUid,
        ...headers,
        ...warning,
      }
    : { 'audit-id': auditId, 'cache-control': 'no-cache, private', ...headers, ...warning };
  return { status, headers: all, body };
}

/** A parameter that isn't well escaped counts as none. Most requests have none at all, and nobody adds any to them. */
function queryOf(text: string): URLSearchParams {
  if (!text) return noQuery;
  const isEscaped = (part: string) => !/%(?![0-9a-fA-F]{2})/.test(part);
  return new URLSearchParams(isEscaped(text) ? text : text.split('&').filter(isEscaped).join('&'));
}

/** Asked for a dozen parameters by each request that has none. */
class NoQuery extends URLSearchParams {
  override get(): null {
    return null;
  }

  override getAll(): string[] {
    return [];
  }

  override has(): boolean {
    return false;
  }
}

const noQuery = new NoQuery();

const never = new AbortController().signal;

function asServerRequest(
  { method, path, headers = {}, body, signal = never }: ApiRequest,
  user: UserInfo,
): ServerRequest {
  return {
    method,
    path,
    headers,
    user,
    objects: true,
    signal,
    body: () => Promise.resolve(body as Uint8Array | KubeObject | undefined),
  };
}

function inProcess({ status, headers, body }: ServerResponse): ApiResponse {
  return {
    status,
    headers,
    json: async () => {
      if (body.type === 'object') return body.value;
      if (body.type !== 'bytes' && body.type !== 'stream') return undefined;
      const text = body.type === 'bytes' ? Buffer.concat([...body.pieces]).toString() : await textOf(body.chunks);
      const parsed: unknown = JSON.parse(text);
      return isObject(parsed) ? Object.freeze(parsed) : parsed;
    },
    async *bytes() {
      if (body.type === 'bytes') yield* body.pieces;
      else if (body.type === 'stream') yield* body.chunks;
      else if (body.type === 'object') yield Buffer.from(JSON.stringify(body.value));
    },
    async *frames(): AsyncIterable<WatchFrame> {
      if (body.type === 'frames') for await (const batch of body.frames) yield* batch;
      // Of a watch that was passed on.
      else if (body.type === 'stream') yield* readFrames(body.chunks);
    },
  };
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}
