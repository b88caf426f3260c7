import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isTimeZone, parseSchedule } from './cron-schedule.ts';

describe('a schedule is refused in upstream’s words', () => {
  const rows: [string, string][] = [
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['@sometimes', 'unrecognized descriptor: @sometimes'],
    ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
    ['@every 5', 'failed to parse duration @every 5: time: missing unit in duration "5"'],
    ['@every 5d', 'failed to parse duration @every 5d: time: unknown unit "d" in duration "5d"'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['*/2/3 * * * *', 'too many slashes: */2/3'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['TZ=Nowhere/Else * * * * *', 'provided bad location Nowhere/Else: unknown time zone Nowhere/Else'],
  ];
  for (const [text, why] of rows) test(text, () => assert.throws(() => parseSchedule(text), { message: why }));
});

test('a schedule says its minutes', () => {
  const read = (text: string) => {
    const schedule = parseSchedule(text);
    assert.ok('minutes' in schedule);
    return schedule;
  };
  assert.deepEqual([...read('*/20 * * * *').minutes.allowed], [0, 20, 40]);
  assert.deepEqual([...read('50/5 * * * *').minutes.allowed], [50, 55]);
  assert.deepEqual([...read('0 0 * jan-MAR fri,sun').months.allowed], [1, 2, 3]);
  assert.deepEqual([...read('@weekly').weekdays.allowed], [0]);
  assert.equal(read('0 0 1 * *').weekdays.any, true);
  assert.equal(read('0 0 1 * */2').weekdays.any, false);
  assert.deepEqual(parseSchedule('@every 1h30m0.5s'), { every: 5_400_000 });
  assert.ok('minutes' in parseSchedule('CRON_TZ=Europe/Berlin 0 4 * * *'));
});

test('zones are told apart by case', () => {
  for (const zone of ['UTC', 'Etc/UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires']) assert.ok(isTimeZone(zone));
  for (const zone of ['utc', 'europe/berlin', 'Mars/Base', '+01:00']) assert.ok(!isTimeZone(zone), zone);
});
