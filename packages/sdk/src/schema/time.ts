import { DecodeError } from './decode-error.ts';

/** Times met last, as they were written and as they are: one write has the same few again and again. */
const known = { seconds: new Map<string, string | null>(), micros: new Map<string, string | null>() };
const mostKnown = 256;
const longestKnown = 32;

/** RFC 3339 in any zone → UTC; whole seconds, or exactly six decimals. The time that Go begins with is none. */
export function canonicalTime(text: string, micro: boolean): string | null {
  const times = micro ? known.micros : known.seconds;
  let time = times.get(text);
  if (time === undefined) {
    time = canonical(text, micro);
    if (times.size >= mostKnown) times.clear();
    if (text.length <= longestKnown) times.set(text, time);
  }
  return time;
}

/** The first moment of the year 1. */
const zeroMs = Date.parse('0001-01-01T00:00:00Z');

function canonical(text: string, micro: boolean): string | null {
  const { ms, fraction } = new TimeReader(text, micro).read();
  if (ms === zeroMs && /^[.,]?0*$/.test(fraction)) return null;
  const seconds = new Date(ms).toISOString().slice(0, -5);
  return micro ? `${seconds}.${fraction}Z` : `${seconds}Z`;
}

/** Reads a time part by part, as Go goes through a layout, and fails in its words. */
class TimeReader {
  readonly #text: string;
  readonly #micro: boolean;
  #rest: string;

  constructor(text: string, micro: boolean) {
    this.#text = this.#rest = text;
    this.#micro = micro;
  }

  read(): { ms: number; fraction: string } {
    const year = this.#number(/^\d{4}/, '2006');
    this.#literal('-');
    const month = this.#within(this.#number(/^\d\d/, '01'), 1, 12, 'month');
    this.#literal('-');
    const day = this.#number(/^\d\d/, '02');
    this.#literal('T');
    const hour = this.#within(this.#number(/^\d\d?/, '15'), 0, 23, 'hour');
    this.#literal(':');
    const minute = this.#within(this.#number(/^\d\d/, '04'), 0, 59, 'minute');
    this.#literal(':');
    const second = this.#within(this.#number(/^\d\d/, '05'), 0, 59, 'second');
    const fraction = this.#micro ? this.#take(/^[.,]\d{6}/, '.000000').slice(1) : this.#anyFraction();
    const zoneMinutes = this.#zone();
    if (this.#rest) throw this.#failure(`: extra text: ${JSON.stringify(this.#rest)}`);
    const date = new Date(0);
    date.setUTCFullYear(year, month, 0);
    this.#within(day, 1, date.getUTCDate(), 'day');
    date.setUTCFullYear(year, month - 1, day);
    return { ms: date.setUTCHours(hour, minute - zoneMinutes, second), fraction };
  }

  /** Go takes one where the layout has none. */
  #anyFraction(): string {
    const [all = ''] = /^[.,]\d+/.exec(this.#rest) ?? [];
    this.#rest = this.#rest.slice(all.length);
    return all;
  }

  /** Minutes ahead of UTC. */
  #zone(): number {
    const zone = this.#take(/^(?:Z|[+-]\d\d:\d\d)/, 'Z07:00');
    if (zone === 'Z') return 0;
    const hours = this.#within(Number(zone.slice(1, 3)), 0, 24, 'time zone offset hour');
    const minutes = this.#within(Number(zone.slice(4)), 0, 60, 'time zone offset minute');
    return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
  }

  #number(pattern: RegExp, part: string): number {
    return Number(this.#take(pattern, part));
  }

  #take(pattern: RegExp, part: string): string {
    const found = pattern.exec(this.#rest)?.[0];
    if (found === undefined) throw this.#unreadable(part);
    this.#rest = this.#rest.slice(found.length);
    return found;
  }

  #literal(text: string): void {
    if (!this.#rest.startsWith(text)) throw this.#unreadable(text);
    this.#rest = this.#rest.slice(text.length);
  }

  #within(value: number, least: number, most: number, part: string): number {
    if (value < least || value > most) throw this.#failure(`: ${part} out of range`);
    return value;
  }

  #unreadable(part: string): DecodeError {
    const layout = this.#micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
    return this.#failure(` as "${layout}": cannot parse ${JSON.stringify(this.#rest)} as "${part}"`);
  }

  #failure(why: string): DecodeError {
    return new DecodeError(`parsing time ${JSON.stringify(this.#text)}${why}`);
  }
}
