import type { FunctionDecl, Overload } from '../declarations.ts';
import { secondsOf } from '../durations.ts';
import { type Civil, civil } from '../timestamps.ts';
import { types } from '../types.ts';
import { type Duration, EvalError, intOf, type Result, type Timestamp } from '../values.ts';

const { duration, int, string, timestamp } = types;

const partOf =
  (part: (at: Civil) => number) =>
  (t: Timestamp, zone?: string): Result => {
    const at = civil(t, zone);
    return at instanceof EvalError ? at : part(at);
  };

function ofTimestamps(id: string, part: (at: Civil) => number, zonedId = `${id}_with_tz`): Overload[] {
  const get = partOf(part);
  return [
    { id, member: true, parameters: [timestamp], result: int, call: (t) => get(t as Timestamp) },
    {
      id: zonedId,
      member: true,
      parameters: [timestamp, string],
      result: int,
      call: (t, zone) => get(t as Timestamp, zone as string),
    },
  ];
}

const ofDurations = (id: string, get: (d: Duration) => Result): Overload => ({
  id,
  member: true,
  parameters: [duration],
  result: int,
  call: (d) => get(d as Duration),
});

const whole = (value: number): Result => intOf(Math.trunc(value)) ?? 0;

/** What clocks and calendars say, in UTC or in a zone; of durations, how many whole units they hold. */
export const timeFunctions: readonly FunctionDecl[] = [
  { name: 'getFullYear', overloads: ofTimestamps('timestamp_to_year', (at) => at.year) },
  { name: 'getMonth', overloads: ofTimestamps('timestamp_to_month', (at) => at.month) },
  { name: 'getDayOfYear', overloads: ofTimestamps('timestamp_to_day_of_year', (at) => at.dayOfYear) },
  { name: 'getDayOfMonth', overloads: ofTimestamps('timestamp_to_day_of_month', (at) => at.day - 1) },
  { name: 'getDate', overloads: ofTimestamps('timestamp_to_day_of_month_1_based', (at) => at.day) },
  { name: 'getDayOfWeek', overloads: ofTimestamps('timestamp_to_day_of_week', (at) => at.weekday) },
  {
    name: 'getHours',
    overloads: [
      ...ofTimestamps('timestamp_to_hours', (at) => at.hour),
      ofDurations('duration_to_hours', (d) => whole(Number(d.nanos) / 3.6e12)),
    ],
  },
  {
    name: 'getMinutes',
    overloads: [
      ...ofTimestamps('timestamp_to_minutes', (at) => at.minute),
      ofDurations('duration_to_minutes', (d) => whole(Number(d.nanos) / 6e10)),
    ],
  },
  {
    name: 'getSeconds',
    overloads: [
      ...ofTimestamps('timestamp_to_seconds', (at) => at.second, 'timestamp_to_seconds_tz'),
      ofDurations('duration_to_seconds', (d) => whole(secondsOf(d))),
    ],
  },
  {
    name: 'getMilliseconds',
    overloads: [
      ...ofTimestamps('timestamp_to_milliseconds', (at) => at.millisecond),
      ofDurations('duration_to_milliseconds', (d) => intOf(d.nanos / 1_000_000n) ?? 0),
    ],
  },
];
