import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Clock, type Logger, messageOf, type Random, type Registry } from '@tiphys/sdk/runtime';
import { computedFrom } from '../computed-from.ts';
import { followFile, ReloadMetrics } from '../config-file/index.ts';
import { WebhookClient, WebhookConnections } from '../webhook-client/index.ts';
import { abac, abacRulesOf, readPolicies } from './abac/index.ts';
import { anyOf, type Authorizer, everybodyMay, mastersMay, nobodyMay } from './authorizer.ts';
import { type AuthorizationMode, type AuthorizerSettings, plain, readAuthorizers } from './config/settings.ts';
import { AuthorizationMetrics } from './metrics.ts';
import { allRulesOf, anythingGoes, nothingGoes, type RulesOf, webhookRulesOf } from './rules.ts';
import { webhookAuthorizer } from './webhook/authorizer.ts';

/** Who is asked, and who can say all that somebody may. */
interface Judge {
  readonly authorize: Authorizer;
  readonly rulesOf: RulesOf;
}

/** A judge, or the mode of one that looks at the server's own objects, and is made with it. */
type Seat = { readonly type: AuthorizationMode; readonly name: string; readonly judge: Judge | 'of the server' };

export type OwnJudges = Readonly<Record<'Node' | 'RBAC', Judge>>;

export interface ChainOptions {
  /** In this order; from the file where there is one. */
  readonly authorizers: readonly AuthorizerSettings[] | { readonly file: string };
  readonly policyFile?: string;
  /** By which name servers tell of themselves. */
  readonly serverId: string;
}

export interface ChainDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Registry;
}

const reloadIntervalMs = 60_000;

/** Those who say what users may, in the order in which they are asked; others, once the file that names them says others. */
export class AuthorizerChain {
  readonly #metrics: AuthorizationMetrics;
  readonly #run: ((signal: AbortSignal) => Promise<void>) | undefined;
  #seats: readonly Seat[];

  private constructor(
    seats: readonly Seat[],
    metrics: AuthorizationMetrics,
    run?: (chain: AuthorizerChain, signal: AbortSignal) => Promise<void>,
  ) {
    this.#seats = seats;
    this.#metrics = metrics;
    this.#run = run && ((signal) => run(this, signal));
  }

  /** Of authorizers that need no file, nobody else and no program. */
  static of(modes: readonly ('Node' | 'RBAC' | 'AlwaysAllow' | 'AlwaysDeny')[], metrics: Registry): AuthorizerChain {
    const seats = modes.map((mode) => simpleSeat(plain(mode) as { type: typeof mode; name: string }));
    return new AuthorizerChain(seats, new AuthorizationMetrics(metrics));
  }

  /** Throws an `Error` in upstream's words where it makes no sense, or can't be read. */
  static async load(options: ChainOptions, deps: ChainDeps): Promise<AuthorizerChain> {
    const metrics = new AuthorizationMetrics(deps.metrics);
    const connections = new WebhookConnections();
    const seatsOf = seating({ ...deps, metrics, connections }, options.policyFile);
    if (!('file' in options.authorizers)) return new AuthorizerChain(await seatsOf(options.authorizers), metrics);
    const { file } = options.authorizers;
    const data = await readFile(file).catch((err: NodeJS.ErrnoException) => {
      const why = err.code === 'ENOENT' ? 'no such file or directory' : err.message;
      throw new Error(`open ${file}: ${why}`, { cause: err });
    });
    const settings = readAuthorizers(data);
    const chain = new AuthorizerChain(await seatsOf(settings), metrics, (self, signal) =>
      follow(
        { file, data, settings, seatsOf, serverId: options.serverId, use: (s) => (self.#seats = s) },
        deps,
        signal,
      ),
    );
    return chain;
  }

  /** Follows the file that names them, if there is one. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#run?.(signal);
  }

  /** Together with those that look at the server's own objects. */
  judges(own: OwnJudges): Judge {
    const now = computedFrom(
      () => this.#seats,
      (seats): Judge => {
        const all = seats.map(({ type, name, judge }) => {
          const { authorize, rulesOf } = judge === 'of the server' ? own[type as keyof OwnJudges] : judge;
          return { authorize: this.#metrics.counted(authorize, { name, type }), rulesOf };
        });
        return {
          authorize: anyOf(mastersMay, ...all.map((j) => j.authorize)),
          rulesOf: allRulesOf(all.map((j) => j.rulesOf)),
        };
      },
    );
    return {
      authorize: (action) => now().authorize(action),
      rulesOf: (user, namespace) => now().rulesOf(user, namespace),
    };
  }
}

function simpleSeat({ type, name }: { type: 'Node' | 'RBAC' | 'AlwaysAllow' | 'AlwaysDeny'; name: string }): Seat {
  switch (type) {
    case 'AlwaysAllow':
      return { type, name, judge: { authorize: everybodyMay, rulesOf: anythingGoes } };
    case 'AlwaysDeny':
      return { type, name, judge: { authorize: nobodyMay, rulesOf: nothingGoes } };
    default:
      return { type, name, judge: 'of the server' };
  }
}

type Seating = (settings: readonly AuthorizerSettings[]) => Promise<readonly Seat[]>;

interface SeatingDeps extends Omit<ChainDeps, 'metrics'> {
  readonly metrics: AuthorizationMetrics;
  readonly connections: WebhookConnections;
}

/** Makes judges by their settings; policies are read when they are first asked for, and not again. */
function seating(deps: SeatingDeps, policyFile: string | undefined): Seating {
  let policies: Judge | undefined;
  const abacJudge = (): Judge => {
    const read = readPolicies(policyFile ?? '');
    if (read.unversioned) deps.log.warn('Policy file contained unversioned rules', { file: policyFile });
    return { authorize: abac(read.policies), rulesOf: abacRulesOf(read.policies) };
  };
  const seatOf = async (settings: AuthorizerSettings): Promise<Seat> => {
    const { type, name } = settings;
    if (type === 'ABAC') return { type, name, judge: (policies ??= abacJudge()) };
    if (type !== 'Webhook') return simpleSeat({ type, name });
    const client = await WebhookClient.load(settings.kubeconfig, { ...deps, timeoutMs: settings.timeoutMs });
    const random = deps.random.fork('authorization-webhook');
    return {
      type,
      name,
      judge: { authorize: webhookAuthorizer(settings, { ...deps, client, random }), rulesOf: webhookRulesOf },
    };
  };
  return (settings) =>
    Promise.all(settings.map(seatOf)).catch((cause: unknown) => {
      throw new Error(`invalid authorization config: ${messageOf(cause)}`, { cause });
    });
}

interface Followed {
  readonly file: string;
  readonly data: Uint8Array;
  readonly settings: readonly AuthorizerSettings[];
  readonly seatsOf: Seating;
  readonly serverId: string;
  readonly use: (seats: readonly Seat[]) => void;
}

async function follow(
  { file, seatsOf, serverId, use, ...first }: Followed,
  { clock, log, metrics: registry }: ChainDeps,
  signal: AbortSignal,
): Promise<void> {
  const metrics = new ReloadMetrics({ registry, what: 'authorization', serverId });
  metrics.applied(first.data);
  let { data, settings } = first;
  const began = new Set(settings.map((s) => s.type));
  const read = async (): Promise<void> => {
    const next = await readFile(file);
    if (Buffer.compare(next, data) === 0) return;
    log.info('found new authorization config data');
    data = next;
    const wanted = readAuthorizers(next, [...began]);
    if (isDeepStrictEqual(wanted, settings)) return;
    settings = wanted;
    const stranger = wanted.find(({ type }) => needsBeginning.has(type) && !began.has(type));
    if (stranger) {
      throw new Error(
        `authorizer type ${stranger.type} is not allowed if it was not enabled at initial server startup`,
      );
    }
    use(await seatsOf(wanted));
    log.info('reloaded authz config');
    metrics.reloaded('success', clock.now());
    metrics.applied(next);
  };
  const look = () =>
    read().catch((err: unknown) => {
      log.error('reloading authorization config', { error: messageOf(err) });
      metrics.reloaded('failure', clock.now());
    });
  const onProblem = (error: string) => log.error('watching authorization config file', { error });
  await followFile({ path: file, clock, intervalMs: reloadIntervalMs, look, onProblem }, signal);
}

const needsBeginning: ReadonlySet<string> = new Set(['Node', 'RBAC', 'ABAC']);
