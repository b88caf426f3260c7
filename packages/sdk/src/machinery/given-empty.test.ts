import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asGiven, forget, holdsGivenEmpty, noteEmpty, wasGivenEmpty } from './given-empty.ts';
import { deepCopy, equal } from './object.ts';

test('an empty member is found wherever it is', () => {
  const inner = {};
  assert.equal(holdsGivenEmpty({ list: [{ inner }] }), false);
  noteEmpty(inner, 'rules', []);
  assert.equal(holdsGivenEmpty({ list: [{ inner }] }), true);
  Object.assign(inner, { rules: ['filled'] });
  assert.equal(holdsGivenEmpty({ list: [{ inner }] }), false);
  assert.equal(holdsGivenEmpty(undefined), false);
});

test('a member that is forgotten was never sent', () => {
  const sent: { list?: string[]; other?: string } = { other: 'x' };
  noteEmpty(sent, 'list', []);
  forget(sent, 'list');
  forget(sent, 'other');
  forget(sent, 'third');
  assert.deepEqual(sent, {});
  assert.equal(asGiven(sent, 'list'), undefined);
});

test('what was sent empty is told apart from what was not sent, and by nothing else', () => {
  const sent: { list?: string[]; other?: string } = {};
  noteEmpty(sent, 'list', []);
  for (const one of [sent, deepCopy(sent)]) {
    assert.deepEqual(asGiven(one, 'list'), []);
    assert.equal(asGiven(one, 'other'), undefined);
    assert.equal(wasGivenEmpty(one, 'list'), true);
    assert.equal(JSON.stringify(one), '{}');
    assert.ok(equal(one, {}));
  }
  assert.deepEqual(asGiven({ ...sent, list: ['a'] }, 'list'), ['a']);
});
