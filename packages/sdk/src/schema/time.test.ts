import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalTime } from './time.ts';

const seconds = '2006-01-02T15:04:05Z07:00';
const micros = '2006-01-02T15:04:05.000000Z07:00';
const unreadable = (text: string, rest: string, part: string, layout = seconds) =>
  `parsing time "${text}" as "${layout}": cannot parse "${rest}" as "${part}"`;

const read: readonly [text: string, want: string | null, micro?: boolean][] = [
  ['2020-01-01T00:00:00+02:00', '2019-12-31T22:00:00Z'],
  ['2020-01-01T0:00:00.123456789Z', '2020-01-01T00:00:00Z'],
  ['2020-01-01T00:00:00,5Z', '2020-01-01T00:00:00Z'],
  ['2020-01-01T00:00:00+10:60', '2019-12-31T13:00:00Z'],
  ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00Z'],
  ['0001-01-01T00:00:00Z', null],
  ['0001-01-01T01:30:00.0+01:30', null],
  ['0001-01-01T00:00:00.5Z', '0001-01-01T00:00:00Z'],
  ['0001-01-01T00:00:01Z', '0001-01-01T00:00:01Z'],
  ['0001-01-01T00:00:00.000000Z', null, true],
  ['0001-01-01T00:00:00.000001Z', '0001-01-01T00:00:00.000001Z', true],
  ['2020-01-01T00:00:00.123456-00:30', '2020-01-01T00:30:00.123456Z', true],
];

const refused: readonly [text: string, want: string, micro?: boolean][] = [
  ['x', unreadable('x', 'x', '2006')],
  ['', unreadable('', '', '2006')],
  ['2020-01-01', unreadable('2020-01-01', '', 'T')],
  ['2020-1-01T00:00:00Z', unreadable('2020-1-01T00:00:00Z', '1-01T00:00:00Z', '01')],
  ['20200-01-01T00:00:00Z', unreadable('20200-01-01T00:00:00Z', '0-01-01T00:00:00Z', '-')],
  ['2020-01-01T00:00:00+0100', unreadable('2020-01-01T00:00:00+0100', '+0100', 'Z07:00')],
  ['2020-01-01T00:00:00Zx', 'parsing time "2020-01-01T00:00:00Zx": extra text: "x"'],
  ['2019-02-29T00:00:00Z', 'parsing time "2019-02-29T00:00:00Z": day out of range'],
  ['2020-13-41T00:00:00Z', 'parsing time "2020-13-41T00:00:00Z": month out of range'],
  ['2020-01-01T24:00:00Z', 'parsing time "2020-01-01T24:00:00Z": hour out of range'],
  ['2020-01-01T00:60:00Z', 'parsing time "2020-01-01T00:60:00Z": minute out of range'],
  ['2020-01-01T00:00:60Z', 'parsing time "2020-01-01T00:00:60Z": second out of range'],
  ['2020-01-01T00:00:00+25:00', 'parsing time "2020-01-01T00:00:00+25:00": time zone offset hour out of range'],
  ['2020-01-01T00:00:00Z', unreadable('2020-01-01T00:00:00Z', 'Z', '.000000', micros), true],
  ['2020-01-01T00:00:00.1234567Z', unreadable('2020-01-01T00:00:00.1234567Z', '7Z', 'Z07:00', micros), true],
];

test('times are read as Go reads them, in UTC', () => {
  for (const [text, want, micro = false] of read) assert.equal(canonicalTime(text, micro), want, text);
});

test('what is no time is refused in the words of Go', () => {
  for (const [text, message, micro = false] of refused) assert.throws(() => canonicalTime(text, micro), { message });
});
