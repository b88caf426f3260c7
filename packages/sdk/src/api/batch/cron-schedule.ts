import { parseDuration, quoted } from '../../machinery/index.ts';

/** When a cron job is due: at minutes that all five fields allow, or every so often. */
export type CronSchedule =
  | { readonly every: number }
  | {
      readonly minutes: CronField;
      readonly hours: CronField;
      readonly days: CronField;
      readonly months: CronField;
      readonly weekdays: CronField;
    };

export interface CronField {
  readonly allowed: ReadonlySet<number>;
  /** It says `*`; of days and weekdays the other one alone counts then. */
  readonly any: boolean;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const bounds = {
  minutes: { min: 0, max: 59 },
  hours: { min: 0, max: 23 },
  days: { min: 1, max: 31 },
  months: {
    min: 1,
    max: 12,
    names: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  weekdays: { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
} satisfies Record<string, Bounds>;

const named: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Reads a schedule; throws an `Error` with upstream's words when it isn't one. A zone before it (`TZ=…`) is passed over. */
export function parseSchedule(text: string): CronSchedule {
  if (!text) throw new Error('empty spec string');
  const rest = withoutZone(text);
  if (rest.startsWith('@every ')) return { every: parseEvery(rest) };
  if (rest.startsWith('@') && !named[rest]) throw new Error(`unrecognized descriptor: ${rest}`);
  const fields = (named[rest] ?? rest).split(/\s+/).filter(Boolean);
  if (fields.length !== 5) {
    throw new Error(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  }
  const [minutes, hours, days, months, weekdays] = fields as [string, string, string, string, string];
  return {
    minutes: parseField(minutes, bounds.minutes),
    hours: parseField(hours, bounds.hours),
    days: parseField(days, bounds.days),
    months: parseField(months, bounds.months),
    weekdays: parseField(weekdays, bounds.weekdays),
  };
}

function withoutZone(text: string): string {
  if (!/^(CRON_)?TZ=/.test(text)) return text;
  const end = text.indexOf(' ');
  const from = text.indexOf('=') + 1;
  // A zone with nothing after it breaks upstream's parser, which says how.
  if (end < 0) throw new Error('invalid schedule format: runtime error: slice bounds out of range [:-1]');
  const zone = text.slice(from, end);
  if (zone && !isTimeZone(zone)) throw new Error(`provided bad location ${zone}: unknown time zone ${zone}`);
  return text.slice(end).trim();
}

/** Whether there is a zone of that name; names are told apart by case. */
export function isTimeZone(name: string): boolean {
  if (name === 'UTC' || name === 'Local') return true;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    const otherCase = timeZone !== name && timeZone.toLowerCase() === name.toLowerCase();
    return !otherCase && name.split('/').every((part) => /^[A-Z]/.test(part));
  } catch {
    // Whatever Intl refuses is no zone.
    return false;
  }
}

function parseField(text: string, { min, max, names }: Bounds): CronField {
  const allowed = new Set<number>();
  let any = false;
  for (const part of text.split(',').filter(Boolean)) {
    const { first, last, step, star } = parseRange(part, { min, max, ...(names && { names }) });
    for (let n = first; n <= last; n += step) allowed.add(n);
    any ||= star;
  }
  return { allowed, any };
}

function parseRange(text: string, { min, max, names }: Bounds) {
  const [range = '', stepText, ...more] = text.split('/');
  const ends = range.split('-');
  const everything = ends[0] === '*' || ends[0] === '?';
  let [first, last] = [min, max];
  if (!everything) {
    first = parseName(ends[0]!, names);
    if (ends.length > 2) throw new Error(`too many hyphens: ${text}`);
    last = ends.length === 2 ? parseName(ends[1]!, names) : first;
  }
  let step = 1;
  if (stepText !== undefined) {
    if (more.length) throw new Error(`too many slashes: ${text}`);
    step = parseNumber(stepText);
    // `5/10`: from 5 on.
    if (ends.length === 1) last = max;
  }
  if (first < min) throw new Error(`beginning of range (${first}) below minimum (${min}): ${text}`);
  if (last > max) throw new Error(`end of range (${last}) above maximum (${max}): ${text}`);
  if (first > last) throw new Error(`beginning of range (${first}) beyond end of range (${last}): ${text}`);
  if (step === 0) throw new Error(`step of range should be a positive number: ${text}`);
  return { first, last, step, star: everything && step === 1 };
}

function parseName(text: string, names: readonly string[] = []): number {
  const named = text ? names.indexOf(text.toLowerCase()) : -1;
  return named >= 0 ? named : parseNumber(text);
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (!/^[+-]?\d+$/.test(text) || Math.abs(number) > Number.MAX_SAFE_INTEGER) {
    const why = /^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
    throw new Error(`failed to parse int from ${text}: strconv.Atoi: parsing ${quoted(text)}: ${why}`);
  }
  if (number < 0) throw new Error(`negative number (${number}) not allowed: ${text}`);
  return number;
}

/** `@every 1h30m`, in whole seconds of at least one. */
function parseEvery(descriptor: string): number {
  try {
    const ms = parseDuration(descriptor.slice('@every '.length));
    return Math.max(1000, Math.floor(ms / 1000) * 1000);
  } catch (err) {
    throw new Error(`failed to parse duration ${descriptor}: ${(err as Error).message}`, { cause: err });
  }
}
