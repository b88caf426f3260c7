import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeIdentifier, unescapeIdentifier } from './escaping.ts';

test('names are escaped to identifiers, and back', () => {
  for (const [name, identifier] of [
    ['a', 'a'],
    ['a.b', 'a__dot__b'],
    ['a-b/c', 'a__dash__b__slash__c'],
    ['a__b', 'a__underscores__b'],
    ['namespace', '__namespace__'],
    ['_a', '_a'],
    ['.', '__dot__'],
  ] as const) {
    assert.equal(escapeIdentifier(name), identifier);
    assert.equal(unescapeIdentifier(identifier), name);
  }
  for (const none of ['', '1a', 'a b', 'ä', '$x']) assert.equal(escapeIdentifier(none), undefined, none);
  for (const none of ['__nope__', 'a__in__b']) assert.equal(unescapeIdentifier(none), undefined, none);
});
