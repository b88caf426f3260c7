import assert from 'node:assert/strict';
import { test } from 'node:test';
import { field, lineOf } from '../../../machinery/index.ts';
import type { StructuralSchema, ValidationRule } from '../structural-schema.ts';
import { ruleProblems } from './rule-problems.ts';

const ruled = (schema: StructuralSchema, ...rules: (ValidationRule | string)[]): StructuralSchema => ({
  ...schema,
  'x-kubernetes-validations': rules.map((r) => (typeof r === 'string' ? { rule: r } : r)),
});
const text = { type: 'string' };
const texts = { type: 'array', items: text };

function problems(schema: StructuralSchema, { ignoreRuleCosts = false } = {}): string[] {
  const whole = { type: 'object', properties: { p: schema } };
  return [...ruleProblems(whole, field('s'), { isSound: () => true, ignoreRuleCosts })].map(lineOf);
}

test('rules compile, and are true or false', () => {
  assert.deepEqual(problems(ruled(text, "self == 'a'")), []);
  const [problem] = problems(ruled(text, 'self == 1'));
  assert.match(problem!, /^s\.properties\[p]\.x-kubernetes-validations\[0]\.rule: Invalid value: {"Rule":"self == 1",/);
  assert.match(problem!, /: compilation failed: ERROR: <input>:1:6: found no matching overload for '_==_'/);
  assert.match(problems(ruled(text, 'self'))[0]!, /cel expression must evaluate to a bool$/);
  assert.match(problems(ruled(text, "int('x') == 1"))[0]!, /program instantiation failed: type conversion error/);
  assert.match(
    problems(ruled(text, { rule: 'true', messageExpression: '1' }))[0]!,
    /\.messageExpression: .*messageExpression must evaluate to a string$/,
  );
});

test('old values are there only where items can be told apart', () => {
  const [problem] = problems({ type: 'array', items: ruled(text, 'self == oldSelf'), maxItems: 3 });
  assert.match(
    problem!,
    /oldSelf cannot be used on the uncorrelatable portion of the schema within s\.properties\[p]$/,
  );
  assert.deepEqual(problems(ruled(text, 'self == oldSelf')), []);
  const [optional] = problems(ruled(text, { rule: 'true', optionalOldSelf: true }));
  assert.match(optional!, /optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule$/);
});

test('rules that may cost too much are told by how much, unless they were there before', () => {
  const costly = ruled(texts, "self.all(a, self.all(b, a.contains('x') || a == b))");
  const [tooCostly, ...rest] = problems(costly);
  assert.match(tooCostly!, /rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x \(try/);
  assert.match(
    rest.at(-1)!,
    /^s: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema/,
  );
  assert.doesNotMatch(problems(costly, { ignoreRuleCosts: true }).join('\n'), /estimated rule cost exceeds/);
  const bounded = { ...texts, items: { ...text, maxLength: 10 }, maxItems: 10 };
  assert.deepEqual(problems(ruled(bounded, "self.all(a, self.all(b, a.contains('x') || a == b))")), []);
});
