import { durationOf } from './durations.ts';
import { Duration, EvalError, intOf, type Result, Timestamp } from './values.ts';

const minSeconds = -62135596800;
const maxSeconds = 253402300799;

const timestampOverflow = new EvalError('timestamp overflow');
export const durationOverflow = new EvalError('integer overflow');

/** A moment of the years 1 to 9999. */
export function timestampOf(seconds: number, nanos: number, offsetSeconds = 0): Timestamp | EvalError {
  return seconds < minSeconds || seconds > maxSeconds
    ? timestampOverflow
    : new Timestamp(seconds, nanos, offsetSeconds);
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)(?:[.,](\d+))?(Z|([+-])(\d\d):(\d\d))$/;

/** RFC 3339 as Go reads it; nothing for what isn't. */
export function readTimestamp(text: string): Timestamp | EvalError | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const [zoneHours, zoneMinutes] = [Number(match[10] ?? 0), Number(match[11] ?? 0)];
  if (zoneHours > 24 || zoneMinutes > 60) return undefined;
  const offset = (zoneHours * 3600 + zoneMinutes * 60) * (match[9] === '-' ? -1 : 1);
  const nanos = Number((match[7] ?? '').slice(0, 9).padEnd(9, '0'));
  return timestampOf(civilSeconds(year, month, day) + hour * 3600 + minute * 60 + second - offset, nanos, offset);
}

const daysIn = (year: number, month: number): number => new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();

function civilSeconds(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / 1000;
}

export function timestampText({ seconds, nanos, offsetSeconds }: Timestamp): string {
  const local = new Date((seconds + offsetSeconds) * 1000).toISOString().slice(0, 19);
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
  if (offsetSeconds === 0) return `${local}${fraction}Z`;
  const minutes = Math.floor(Math.abs(offsetSeconds) / 60);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${local}${fraction}${offsetSeconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const second = 1_000_000_000n;

export function plusDuration({ seconds, nanos, offsetSeconds }: Timestamp, { nanos: more }: Duration): Result {
  const sum = BigInt(nanos) + more;
  const rest = ((sum % second) + second) % second;
  return timestampOf(seconds + Number((sum - rest) / second), Number(rest), offsetSeconds);
}

export function between(from: Timestamp, to: Timestamp): Result {
  const nanos = BigInt(to.seconds - from.seconds) * second + BigInt(to.nanos - from.nanos);
  return durationOf(nanos) ?? durationOverflow;
}

/** The parts of a moment on a clock and calendar somewhere. */
export interface Civil {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  /** From 1. */
  readonly day: number;
  /** Sunday is 0. */
  readonly weekday: number;
  /** From 0. */
  readonly dayOfYear: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** In a zone by its name or by its offset (`Europe/Berlin`, `-02:00`); in UTC without one. */
export function civil(t: Timestamp, zone?: string): Civil | EvalError {
  const offset = zone === undefined ? 0 : offsetOf(t, zone);
  if (offset instanceof EvalError) return offset;
  const at = new Date((t.seconds + offset) * 1000);
  if (Number.isNaN(at.getTime())) return timestampOverflow;
  const yearStart = new Date(0);
  yearStart.setUTCFullYear(at.getUTCFullYear(), 0, 1);
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth(),
    day: at.getUTCDate(),
    weekday: at.getUTCDay(),
    dayOfYear: Math.floor((at.getTime() - yearStart.getTime()) / 86_400_000),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    millisecond: Math.floor(t.nanos / 1_000_000),
  };
}

/** Seconds east of UTC. */
function offsetOf(t: Timestamp, zone: string): number | EvalError {
  const colon = zone.indexOf(':');
  if (colon < 0) return namedOffset(t, zone);
  const [hours, minutes] = [zone.slice(0, colon), zone.slice(colon + 1)];
  for (const part of [hours, minutes]) {
    const wrong = !/^[+-]?\d+$/.test(part) ? 'invalid syntax' : inRange(part) ? undefined : 'value out of range';
    if (wrong) return new EvalError(`strconv.Atoi: parsing ${JSON.stringify(part)}: ${wrong}`);
  }
  const sign = zone.startsWith('-') ? -1 : 1;
  return (Number(hours) * 60 + sign * Number(minutes)) * 60;
}

const inRange = (digits: string): boolean => intOf(BigInt(digits.replace(/^\+/, ''))) !== undefined;

/** There are some hundred names of zones. */
const zones = new Map<string, Intl.DateTimeFormat>();

/** The runtime knows zones whatever the case of their letters, and takes offsets for names; upstream does neither. */
const isOtherwiseNamed = (zone: string, known: string): boolean =>
  /^[+-]/.test(zone) || (zone !== known && zone.toLowerCase() === known.toLowerCase());

function namedOffset(t: Timestamp, zone: string): number | EvalError {
  if (zone === '' || zone === 'UTC' || zone === 'Local') return 0;
  let format = zones.get(zone);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        era: 'short',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      // The runtime's database of zones has no such name.
      return new EvalError(`unknown time zone ${zone}`);
    }
    if (isOtherwiseNamed(zone, format.resolvedOptions().timeZone)) return new EvalError(`unknown time zone ${zone}`);
    zones.set(zone, format);
  }
  const parts = new Map(format.formatToParts(t.seconds * 1000).map((p) => [p.type, p.value]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => Number(parts.get(name));
  const year = parts.get('era') === 'BC' ? 1 - part('year') : part('year');
  const local =
    civilSeconds(year, part('month'), part('day')) + part('hour') * 3600 + part('minute') * 60 + part('second');
  return local - t.seconds;
}
