import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFieldSelector, parseLabelSelector } from './index.ts';

for (const [text, found] of [
  ['p in (', "'', expected: ',', ')' or identifier"],
  ['p in ((', "'(', expected: ',', ')' or identifier"],
  ['p in (odd', "'', expected: ',' or ')'"],
  ['p in (odd even', "'even', expected: ',' or ')'"],
  ['p in (odd=)', "'=', expected: ',' or ')'"],
  ['p in (odd,', "'', expected: ',', or identifier"],
  ['p in (,', "'', expected: ',', or identifier"],
  ['p notin (a,(', "'(', expected: ',', or identifier"],
  ['p in (,a!', "'!', expected: ',' or ')'"],
] as const) {
  test(`labels by ${text}: found ${found}`, () => {
    assert.throws(() => parseLabelSelector(text), { message: `unable to parse requirement: found ${found}` });
  });
}

for (const [text, want] of [
  ['=', []],
  ['!=', []],
  ['=,a=b,==', [{ field: 'a', operator: '=', value: 'b' }]],
  ['=b', [{ field: '', operator: '=', value: 'b' }]],
  ['a=', [{ field: 'a', operator: '=', value: '' }]],
] as const) {
  test(`fields by ${text}`, () => assert.deepEqual(parseFieldSelector(text), want));
}
