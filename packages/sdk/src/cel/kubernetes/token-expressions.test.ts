import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListValue, type Value } from '../values.ts';
import {
  claimsValue,
  compileTokenExpression,
  evaluateTokenExpression,
  selects,
  type TokenExpression,
  userValue,
} from './token-expressions.ts';

function compiled(source: string, about: 'claims' | 'user' = 'claims', isCondition = false): TokenExpression {
  const expression = compileTokenExpression(source, { about, isCondition });
  assert.ok('program' in expression, 'problem' in expression ? expression.problem : '');
  return expression;
}

const plain = (value: Value): unknown =>
  value instanceof ListValue ? Array.from({ length: value.size }, (_, i) => plain(value.at(i) as Value)) : value;

const claims = {
  sub: 'ada',
  'foo.bar': 'dotted',
  groups: ['a', 'b'],
  level: 3,
  nested: { 'x/y': { list: [{ 'a-b': 'deep' }] } },
  none: null,
};

test('claims are looked up by name, members written out as identifiers', () => {
  const cases: readonly [string, unknown][] = [
    ['claims.sub', 'ada'],
    ['claims.foo__dot__bar', 'dotted'],
    ['claims["foo.bar"]', 'dotted'],
    ['claims.nested.x__slash__y.list[0].a__dash__b', 'deep'],
    ['claims.groups', ['a', 'b']],
    ['claims.?missing.orValue("else")', 'else'],
    ['has(claims.missing) || claims.none == null', true],
    ['type(claims.level) == double && claims.level == 3', true],
    ['string(claims.level)', '3'],
    ['dyn(claims.groups).exists(g, g == "b")', true],
  ];
  for (const [source, want] of cases) {
    assert.deepEqual(plain(evaluateTokenExpression(compiled(source), claimsValue(claims))), want, source);
  }
  assert.throws(() => evaluateTokenExpression(compiled('claims.missing'), claimsValue(claims)), {
    message: "expression 'claims.missing' resulted in error: no such key: missing",
  });
});

test('a user has all its members, however empty', () => {
  const nobody = userValue({ username: 'ada', uid: '', groups: [], extra: { 'a.b': ['c'] } });
  const source = "has(user.uid) && user.uid == '' && user.groups.size() == 0 && user.extra['a.b'] == ['c']";
  assert.equal(evaluateTokenExpression(compiled(source, 'user', true), nobody), true);
});

test('a condition is bool, and nothing that may be', () => {
  const problem = (source: string) => {
    const result = compileTokenExpression(source, { about: 'claims', isCondition: true });
    return 'problem' in result ? result.problem : '';
  };
  assert.equal(problem('claims.ok'), 'must evaluate to bool');
  assert.equal(problem('claims.ok == true'), '');
  assert.match(
    problem('user.username == ""'),
    /^compilation failed: ERROR: <input>:1:1: undeclared reference to 'user'/,
  );
});

test('what an expression looks at is found wherever it stands', () => {
  const cases: readonly [string, boolean][] = [
    ['claims.email', true],
    ['claims.?email.orValue("")', true],
    ['has(claims.email) ? "a" : "b"', true],
    ['[claims.email][0]', true],
    ['{"a": claims.email}.a', true],
    ['[1].map(x, claims.email)[0]', true],
    ['claims.email.lowerAscii()', true],
    ['claims["email"]', false],
    ['claims.email_verified', false],
    ['claims.sub.email', false],
    ['"claims.email"', false],
  ];
  for (const [source, want] of cases) assert.equal(selects(compiled(source).expr, 'claims', 'email'), want, source);
});
