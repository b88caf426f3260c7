import { optRecord } from './answer-writer.ts';
import { type DnsRecord, type Query, rcodes, recordTypes } from './message.ts';
import { outline, readLink } from './query-reader.ts';

/** An upstream's answer, kept as the bytes it came in: whatever its records are, they are passed on. */
export interface ForwardedAnswer {
  /** Without the record of EDNS, which is between two neighbours only. */
  bytes: Uint8Array;
  rcode: number;
  /** Where the times to live are. */
  ttlAt: number[];
  /** How long it may be kept, in seconds; 0 when it may not. */
  keepSeconds: number;
  /** The records that lead to addresses. */
  links: DnsRecord[];
}

/** Reads an upstream's answer. Throws `MalformedMessageError`. */
export function readForwarded(bytes: Uint8Array, { maxKeepSeconds }: { maxKeepSeconds: number }): ForwardedAnswer {
  const { answers, authority, additional } = outline(bytes);
  const opt = additional.findIndex((r) => r.type === recordTypes.OPT);
  // Records behind it would have to move, and with them what points into them; nobody misses them.
  const kept = opt < 0 ? additional : additional.slice(0, opt);
  const end = opt < 0 ? bytes.length : additional[opt]!.start;
  const copy = bytes.slice(0, end);
  new DataView(copy.buffer).setUint16(10, kept.length);

  const rcode = bytes[3]! & 0xf;
  const isTruncated = (bytes[2]! & 0x02) !== 0;
  const isDenial = authority.some((r) => r.type === recordTypes.SOA);
  const isAnswer =
    (rcode === rcodes.NOERROR && answers.length > 0) || (rcode === rcodes.NXDOMAIN && isDenial) || isDenial;
  const ttls = [...answers, ...authority].map((r) => r.ttl);
  const mayKeep = isAnswer && !isTruncated && (rcode === rcodes.NOERROR || rcode === rcodes.NXDOMAIN);
  return {
    bytes: copy,
    rcode,
    ttlAt: [...answers, ...authority, ...kept].map((r) => r.ttlAt),
    keepSeconds: mayKeep ? Math.min(maxKeepSeconds, ...ttls) : 0,
    links: answers.flatMap((r) => readLink(bytes, r) ?? []),
  };
}

export interface WriteForwardedOptions {
  limit: number;
  /** How long it has been kept. */
  ageSeconds: number;
  maxKeepSeconds: number;
}

/** The answer as this asker gets it: with its own id and spelling of the name, and times to live that have run meanwhile. */
export function writeForwarded(
  query: Query,
  { bytes, ttlAt }: ForwardedAnswer,
  { limit, ageSeconds, maxKeepSeconds }: WriteForwardedOptions,
): Uint8Array {
  const { question, edns } = query;
  const opt = edns ? optRecord(edns) : new Uint8Array();
  const whole = new Uint8Array(bytes.length + opt.length);
  whole.set(bytes);
  const view = new DataView(whole.buffer);
  for (const at of ttlAt) {
    const left = Math.min(view.getUint32(at), ageSeconds > 0 ? maxKeepSeconds : Infinity) - ageSeconds;
    view.setUint32(at, Math.max(0, left));
  }
  view.setUint16(0, query.id);
  whole[2] = (whole[2]! & 0xfe) | (query.recursionDesired ? 1 : 0);
  whole[3] = (whole[3]! & 0xef) | (query.checkingDisabled ? 0x10 : 0);
  whole.set(question.wireName, 12);
  if (whole.length <= limit) {
    whole.set(opt, bytes.length);
    if (edns) view.setUint16(10, view.getUint16(10) + 1);
    return whole;
  }
  const questionEnd = 12 + question.wireName.length + 4;
  const short = new Uint8Array(questionEnd + opt.length);
  short.set(whole.subarray(0, questionEnd));
  short.set(opt, questionEnd);
  short[2] = short[2]! | 0x02;
  const counts = new DataView(short.buffer);
  for (const at of [6, 8]) counts.setUint16(at, 0);
  counts.setUint16(10, edns ? 1 : 0);
  return short;
}
