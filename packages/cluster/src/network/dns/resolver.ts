import { type Clock, isAbort, type Logger, type Random } from '@tiphys/sdk/runtime';
import { refusal, wireNameOf, writeAnswer, writeFormatError } from './answer-writer.ts';
import type { ClusterZone } from './cluster-zone.ts';
import { writeForwarded } from './forwarded-answer.ts';
import { type Forwarder, ForwarderBusyError } from './forwarder.ts';
import {
  type Answer,
  classIN,
  type DnsRecord,
  type Query,
  type Rcode,
  rcodes,
  type RecordType,
  recordTypes,
} from './message.ts';
import type { DnsMetrics } from './metrics.ts';
import { MalformedMessageError, peek, readQuery } from './query-reader.ts';

export type Transport = 'udp' | 'tcp';

export interface ResolverDeps {
  zone: ClusterZone;
  forwarder: Forwarder;
  clock: Clock;
  random: Random;
  log: Logger;
  metrics: DnsMetrics;
  maxKeepSeconds: number;
}

/** The whole of the server but its sockets: the bytes of a question to those of its answer. */
export class Resolver {
  readonly #deps: ResolverDeps;

  constructor(deps: ResolverDeps) {
    this.#deps = deps;
  }

  /** The answer to what came in; undefined where there must be none (what is too short, and answers). */
  async answer(message: Uint8Array, transport: Transport, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const { clock, metrics } = this.#deps;
    const head = peek(message);
    if (!head || head.isAnswer) return undefined;
    const began = clock.monotonic();
    let query: Query;
    try {
      query = readQuery(message);
    } catch (err) {
      if (!(err instanceof MalformedMessageError)) throw err;
      metrics.responses.inc({ rcode: 'FORMERR' });
      return writeFormatError(head.id);
    }
    metrics.requests.inc({ proto: transport, type: typeNames.get(query.question.type) ?? 'other' });
    const bytes = await this.#resolve(query, limitOf(query, transport), signal);
    metrics.requestSeconds.observe((clock.monotonic() - began) / 1000);
    metrics.responses.inc({ rcode: rcodeNames.get(bytes[3]! & 0xf) ?? 'other' });
    return bytes;
  }

  async #resolve(query: Query, limit: number, signal: AbortSignal): Promise<Uint8Array> {
    const { zone, forwarder } = this.#deps;
    const { name, type, class: klass } = query.question;
    const refuse = (rcode: Rcode) => writeAnswer(query, refusal(rcode), { limit });
    if (query.opcode !== 0) return refuse('NOTIMP');
    if (query.edns && query.edns.version !== 0) return refuse('BADVERS');
    if (klass !== classIN || type === recordTypes.AXFR || type === recordTypes.IXFR) return refuse('REFUSED');
    if (forwarder.isProbe(name)) return refuse('NXDOMAIN');

    if (zone.owns(name)) {
      const answer = await this.#follow(query, zone.answer(name, typeNames.get(type) ?? 'other'), signal);
      return writeAnswer(query, { ...answer, answers: this.#shuffled(answer.answers) }, { limit });
    }
    const reverse = type === recordTypes.PTR ? zone.reverse(name) : undefined;
    return reverse ? writeAnswer(query, reverse, { limit }) : this.#forward(query, limit, signal);
  }

  async #forward(query: Query, limit: number, signal: AbortSignal): Promise<Uint8Array> {
    const { forwarder, log, maxKeepSeconds } = this.#deps;
    try {
      const { answer, ageSeconds } = await forwarder.ask(query, signal);
      return writeForwarded(query, answer, { limit, ageSeconds, maxKeepSeconds });
    } catch (err) {
      if (signal.aborted && isAbort(err)) throw err;
      if (err instanceof ForwarderBusyError) return writeAnswer(query, refusal('REFUSED'), { limit });
      log.debug('a question could not be forwarded', { name: query.question.name, err: String(err) });
      return writeAnswer(query, refusal('SERVFAIL'), { limit });
    }
  }

  /** Where a name only stands for another, adds what that one is: clients ask for the whole chain at once. */
  async #follow(query: Query, answer: Answer, signal: AbortSignal): Promise<Answer> {
    const { zone, forwarder, log } = this.#deps;
    const { type } = query.question;
    if (type !== recordTypes.A && type !== recordTypes.AAAA) return answer;
    const answers = [...answer.answers];
    for (let steps = 0; steps < longestChain; steps++) {
      const last = answers.at(-1);
      const isCircle = last?.type === 'CNAME' && answers.some((r) => r.name === last.target);
      if (last?.type !== 'CNAME' || isCircle) break;
      if (zone.owns(last.target)) {
        const next = zone.answer(last.target, typeNames.get(type)!).answers;
        if (!next.length) break;
        answers.push(...next);
        continue;
      }
      const question = { ...query.question, name: last.target, wireName: wireNameOf(last.target) };
      try {
        const found = await forwarder.ask({ ...query, question }, signal);
        answers.push(...found.answer.links);
      } catch (err) {
        if (signal.aborted && isAbort(err)) throw err;
        // The name itself is known; the client may know how to go on from there.
        log.debug('the target of an external name could not be resolved', { name: last.target, err: String(err) });
      }
      break;
    }
    return { ...answer, answers };
  }

  /** In another order each time, since many clients take the first address. Chains keep theirs. */
  #shuffled(records: DnsRecord[]): DnsRecord[] {
    if (records.length < 2 || records.some((r) => r.type === 'CNAME')) return records;
    const out = [...records];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.#deps.random.int(i + 1);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }
}

const longestChain = 8;
const typeNames = new Map<number, RecordType>(Object.entries(recordTypes).map(([name, n]) => [n, name as RecordType]));
const rcodeNames = new Map<number, string>(Object.entries(rcodes).map(([name, n]) => [n, name]));

/** How long an answer may be: a datagram has what the asker says, and 512 bytes when it says nothing. */
function limitOf({ edns }: Query, transport: Transport): number {
  if (transport === 'tcp') return 65_535;
  return Math.min(Math.max(edns?.size ?? 0, 512), 4096);
}
