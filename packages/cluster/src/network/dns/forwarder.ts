import { stat, readFile } from 'node:fs/promises';
import { type Clock, isAbort, type Logger, type Random } from '@tiphys/sdk/runtime';
import { AnswerCache } from './answer-cache.ts';
import { wireNameOf } from './answer-writer.ts';
import { type ForwardedAnswer, readForwarded } from './forwarded-answer.ts';
import { canonicalAddress } from './ip-address.ts';
import { classIN, type Query, recordTypes } from './message.ts';
import { askUpstream, type Upstream, upstreamsOf } from './upstream.ts';

export interface ForwarderConfig {
  /** Whom to ask; those of `resolvConf` when left out. */
  upstreams?: readonly Upstream[];
  resolvConf: string;
  /** What leads back to this server. */
  own: readonly Upstream[];
  /** How long to wait for one upstream before asking the next. */
  timeoutMs: number;
  /** No answer is kept longer, whatever it says. */
  maxKeepSeconds: number;
  maxCachedAnswers: number;
  /** Questions on their way at once; more are refused. */
  maxConcurrent: number;
}

export interface ForwarderDeps {
  clock: Clock;
  random: Random;
  log: Logger;
  config: ForwarderConfig;
}

/** Too many questions are on their way already. */
export class ForwarderBusyError extends Error {}

/** Asks others what the cluster doesn't know, and remembers for a while. The same question is on its way only once. */
export class Forwarder {
  readonly #deps: ForwarderDeps;
  readonly #cache: AnswerCache;
  readonly #asking = new Map<string, Promise<ForwardedAnswer>>();
  readonly #looping = new Set<string>();
  #upstreams: { list: Upstream[]; readAt: number; modifiedAt: number } | undefined;
  #probe: string | undefined;
  #probeCameBack = false;

  constructor(deps: ForwarderDeps) {
    const { clock, config } = deps;
    this.#deps = deps;
    this.#cache = new AnswerCache({ clock, maxEntries: config.maxCachedAnswers });
  }

  /** The answer and how long ago it was given. Rejects when no upstream answers. */
  async ask(query: Query, signal: AbortSignal): Promise<{ answer: ForwardedAnswer; ageSeconds: number }> {
    const { question, edns, checkingDisabled, recursionDesired } = query;
    const flags = `${edns?.dnssecOk ?? false} ${checkingDisabled} ${recursionDesired}`;
    const key = `${question.name} ${question.type} ${question.class} ${flags}`;
    const kept = this.#cache.get(key);
    if (kept) return kept;
    let asking = this.#asking.get(key);
    if (!asking) {
      if (this.#asking.size >= this.#deps.config.maxConcurrent) throw new ForwarderBusyError('too many questions');
      asking = this.#askAny(query, signal).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    const answer = await asking;
    this.#cache.set(key, answer);
    return { answer, ageSeconds: 0 };
  }

  /** Whether a question is our own, come back: then whoever it was sent to asks us. */
  isProbe(name: string): boolean {
    if (name !== this.#probe) return false;
    this.#probeCameBack = true;
    return true;
  }

  /** Asks each upstream for a name that nobody has; those that ask us for it are never asked again. */
  async findLoops(signal: AbortSignal): Promise<void> {
    const { log, random } = this.#deps;
    for (const upstream of await this.#usable()) {
      const name = `${random.suffix(12)}.${random.suffix(12)}`;
      this.#probe = name;
      this.#probeCameBack = false;
      const question = { name, wireName: wireNameOf(name), type: recordTypes.TXT, class: classIN };
      const query: Query = { id: 0, opcode: 0, recursionDesired: true, checkingDisabled: false, question };
      // Whatever is answered, or not: it only matters whether the question comes back.
      await this.#askOne(upstream, query, signal).catch(() => undefined);
      if (signal.aborted) return;
      if (!this.#probeCameBack) continue;
      log.error('an upstream DNS server asks this one; it is left out', { upstream: upstream.address });
      this.#looping.add(serverText(upstream));
    }
    this.#probe = undefined;
  }

  async #askAny(query: Query, signal: AbortSignal): Promise<ForwardedAnswer> {
    const { config, log, random } = this.#deps;
    const upstreams = await this.#usable();
    if (!upstreams.length) throw new Error('no upstream DNS server is known');
    const first = random.int(upstreams.length);
    let failure: unknown;
    for (let i = 0; i < Math.max(2, upstreams.length); i++) {
      const upstream = upstreams[(first + i) % upstreams.length]!;
      try {
        return readForwarded(await this.#askOne(upstream, query, signal), config);
      } catch (err) {
        if (signal.aborted && isAbort(err)) throw err;
        failure = err;
        log.debug('an upstream DNS server did not answer', { upstream: upstream.address, err: String(err) });
      }
    }
    throw failure;
  }

  #askOne(upstream: Upstream, query: Query, signal: AbortSignal): Promise<Uint8Array> {
    const { clock, random, config } = this.#deps;
    return askUpstream(upstream, query, { clock, random, timeoutMs: config.timeoutMs }, signal);
  }

  async #usable(): Promise<Upstream[]> {
    const left = new Set([...this.#deps.config.own.map(serverText), ...this.#looping]);
    return (await this.#configured()).filter((u) => !left.has(serverText(u)));
  }

  /** The upstreams; the file is looked at again now and then, since a laptop changes networks. */
  async #configured(): Promise<readonly Upstream[]> {
    const { clock, config, log } = this.#deps;
    if (config.upstreams) return config.upstreams;
    const known = this.#upstreams;
    if (known && clock.monotonic() - known.readAt < rereadMs) return known.list;
    try {
      const { mtimeMs: modifiedAt } = await stat(config.resolvConf);
      const list =
        known?.modifiedAt === modifiedAt ? known.list : upstreamsOf(await readFile(config.resolvConf, 'utf8'));
      this.#upstreams = { list, modifiedAt, readAt: clock.monotonic() };
      return list;
    } catch (err) {
      log.warn('the list of upstream DNS servers cannot be read', { file: config.resolvConf, err: String(err) });
      return known?.list ?? [];
    }
  }
}

const rereadMs = 5_000;
const serverText = ({ address, port }: Upstream): string => `${canonicalAddress(address)} ${port}`;
