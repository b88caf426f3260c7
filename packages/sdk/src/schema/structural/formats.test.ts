import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkedFormat, fitsFormat } from './formats.ts';

test('texts of a format', () => {
  const table: [format: string, good: string[], bad: string[]][] = [
    ['uri', ['http://a.example/b', 'urn:a'], ['no uri', '']],
    ['email', ['a@b.example', 'A <a@b.example>'], ['a', 'a@']],
    ['hostname', ['a.example', 'a'], ['-a', 'a b']],
    ['ipv4', ['1.2.3.4'], ['1.2.3', '::1', '1.2.3.256']],
    ['ipv6', ['::1', 'fe80::1'], ['1.2.3.4', ':']],
    ['cidr', ['10.0.0.0/8', '::/0'], ['10.0.0.0', '10.0.0.0/33']],
    ['mac', ['00:00:5e:00:53:01', '0000.5e00.5301'], ['00:00', 'x']],
    ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123', '']],
    ['uuid4', ['123e4567-e89b-42d3-a456-426614174000'], ['123e4567-e89b-12d3-a456-426614174000']],
    ['isbn', ['0321751043', '978-0321751041'], ['0321751044', '1']],
    ['creditcard', ['4111111111111111'], ['4111111111111112', '1']],
    ['ssn', ['111-22-3333', '111 22 3333'], ['1-2-3']],
    ['hexcolor', ['#fff', '#ABCDEF', 'abc'], ['#ff', 'red']],
    ['rgbcolor', ['rgb(1,2,3)'], ['rgb(1,2)', 'rgb(256,0,0)']],
    ['byte', ['YQ==', 'YWJj'], ['a', 'YQ']],
    ['date', ['2026-02-28'], ['2026-02-30', '2026-2-1']],
    ['date-time', ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.678+01:00'], ['2026-01-02', '']],
    ['datetime', ['2026-01-02T03:04:05Z'], ['now']],
    ['duration', ['1h', '5m30s', '3 days'], ['1', 'soon']],
    ['k8s-short-name', ['a-b'], ['A', 'a.b']],
    ['k8s-long-name', ['a.b'], ['A.b', '.']],
    ['password', ['anything'], []],
    ['unheard-of', ['anything'], []],
  ];
  for (const [format, good, bad] of table) {
    for (const text of good) assert.ok(fitsFormat(format, text), `${format}: ${text}`);
    for (const text of bad) assert.ok(!fitsFormat(format, text), `${format}: ${text}`);
  }
});

test('a format is for values of its type', () => {
  assert.ok(
    checkedFormat('date-time', 'string') && checkedFormat('int32', 'integer') && checkedFormat('double', 'number'),
  );
  assert.ok(!checkedFormat('int32', 'string') && !checkedFormat('date', 'integer') && !checkedFormat('any', 'string'));
});
