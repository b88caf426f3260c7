import { readDuration as readGoDuration } from '../durations.ts';
import { readTimestamp } from '../timestamps.ts';
import { Duration, EvalError, type Result, Timestamp } from '../values.ts';

/** What texts of a format stand for: rules see the moment, not its spelling. */

/** In the alphabet that is safe in URLs, as upstream reads them. */
export function readBytes(text: string): Result {
  const isGood = /^(?:[\w-]{4})*(?:[\w-]{2}==|[\w-]{3}=)?$/.test(text);
  if (isGood) return new Uint8Array(Buffer.from(text, 'base64url'));
  const bad = text.search(/[^\w-]/);
  const place = bad < 0 ? text.length : bad;
  return new EvalError(`Invalid byte formatted string ${text}: illegal base64 data at input byte ${place}`);
}

export function readDate(text: string): Result {
  const moment = readTimestamp(`${text}T00:00:00Z`);
  return moment instanceof Timestamp ? moment : new EvalError(`Invalid date formatted string ${text}`);
}

/** Also without a zone, as a time of Greenwich's; nothing is the beginning of time. */
export function readDateTime(text: string): Result {
  if (!text) return new Timestamp(0, 0);
  const moment = readTimestamp(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
  return moment instanceof Timestamp ? moment : new EvalError(`Invalid date-time formatted string ${text}`);
}

const second = 1_000_000_000n;
const units: readonly (readonly [pattern: RegExp, nanos: bigint])[] = [
  [/^(ns|nano.*)$/, 1n],
  [/^(us|µs|micro.*)$/, 1000n],
  [/^(ms|milli.*)$/, 1_000_000n],
  [/^(s|sec.*)$/, second],
  [/^(m|min.*)$/, 60n * second],
  [/^(h|hr|hour.*)$/, 3600n * second],
  [/^(d|day.*)$/, 86_400n * second],
  [/^(w|wk|week.*)$/, 604_800n * second],
];

/** As Go writes durations, or in words: `2 weeks`, `1d`. */
export function readDuration(text: string): Result {
  const duration = readGoDuration(text);
  if (duration) return duration;
  let nanos: bigint | undefined;
  for (const [, count, unit] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    const known = units.find(([pattern]) => pattern.test(unit!.toLowerCase()));
    if (known) nanos = (nanos ?? 0n) + BigInt(count!) * known[1];
  }
  return nanos === undefined
    ? new EvalError(`Invalid duration ${text}: unable to parse ${text} as duration`)
    : new Duration(BigInt.asIntN(64, nanos));
}
