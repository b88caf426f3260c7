import assert from 'node:assert/strict';
import { test } from 'node:test';
import { re2 } from './re2.ts';

test('expressions match anywhere unless they say where', () => {
  const table: [pattern: string, text: string, matches: boolean][] = [
    ['b', 'abc', true],
    ['^b', 'abc', false],
    ['^(?i)AB$', 'ab', true],
    ['^\\p{Greek}+$', 'αβγ', true],
    ['(?P<year>\\d{4})', 'in 2026', true],
    ['a\\z', 'a\n', false],
    ['^.$', '😀', true],
  ];
  for (const [pattern, text, matches] of table) assert.equal(re2(pattern).test(text), matches, `${pattern} on ${text}`);
});

test('what is no expression is refused in upstream’s words', () => {
  const table: [pattern: string, why: string][] = [
    ['[z-a]', 'invalid character class range: `z-a`'],
    ['(', 'missing closing ): `(`'],
    ['(?=x)', 'invalid or unsupported Perl syntax: `(?=`'],
    ['\\1', 'invalid escape sequence: `\\1`'],
  ];
  for (const [pattern, why] of table) assert.throws(() => re2(pattern), { message: `error parsing regexp: ${why}` });
});

test('hostile expressions take no longer than others', () => {
  const started = process.hrtime.bigint();
  assert.equal(re2('^(a+)+$').test(`${'a'.repeat(5000)}b`), false);
  assert.ok(process.hrtime.bigint() - started < 2_000_000_000n);
});

test('all matches, one after the other', () => {
  const table: [pattern: string, text: string, most: number, found: string[]][] = [
    ['[0-9]+', 'a1b22c333', Infinity, ['1', '22', '333']],
    ['[0-9]+', 'a1b22c333', 2, ['1', '22']],
    ['[0-9]+', 'abc', Infinity, []],
    ['', 'ab', Infinity, ['', '', '']],
    ['a*', 'baaac', Infinity, ['', 'aaa', '']],
    ['x', 'xx', 0, []],
  ];
  for (const [pattern, text, most, found] of table) assert.deepEqual(re2(pattern).findAll(text, most), found, pattern);
});
