import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateAll, OutOfBudget, type PolicyInput } from './evaluation.ts';
import { PolicyCompiler, type Purpose } from './policy-compiler.ts';

const input: PolicyInput = {
  object: { metadata: { name: 'a' }, spec: { replicas: 3 } },
  oldObject: null,
  request: { operation: 'CREATE' },
  params: { most: 2 },
  access: {
    ask: ({ verb }) => ({ allowed: verb === 'get', reason: 'so it is' }),
    resource: { group: 'apps', resource: 'deployments', subresource: '', namespace: 'n', name: 'a' },
  },
};

function outcomes(
  sources: readonly string[],
  { variables = {}, budget = 10_000, purpose = 'condition' as Purpose } = {},
) {
  const compiler = new PolicyCompiler({ hasParams: true, composes: true });
  const named = Object.entries<string>(variables).map(([name, source]) => ({
    name,
    compiled: compiler.compileVariable(name, source),
  }));
  const expressions = sources.map((source) => ({ source, compiled: compiler.compile(source, purpose) }));
  return evaluateAll(expressions, input, { variables: named, budget });
}

test('expressions see the object, what it was, the request and parameters, and may ask who may do what', () => {
  const checks = 3 * 350_000;
  const asked = [
    'object.spec.replicas > params.most',
    'oldObject == null',
    "request.operation == 'UPDATE'",
    "authorizer.group('apps').resource('deployments').check('get').allowed()",
    "authorizer.requestResource.check('delete').reason() == 'so it is'",
    "authorizer.path('/healthz').check('post').allowed()",
  ];
  const { outcomes: found, remaining } = outcomes(asked, { budget: checks + 100 });
  assert.deepEqual(
    found.map((o) => ('value' in o ? o.value : o.error)),
    [true, true, false, true, true, false],
  );
  assert.ok(remaining > 0 && remaining < 100);
  assert.throws(() => outcomes(asked, { budget: checks }), OutOfBudget);
});

test('what fails says so, with the expression', () => {
  const { outcomes: found } = outcomes(['object.nope > 1', 'nope', 'variables.bad > 1', 'variables.failing > 1'], {
    variables: { bad: '1 +', failing: 'object.nope' },
  });
  assert.deepEqual(
    found.map((o) => ('error' in o ? o.error.split('\n')[0] : o.value)),
    [
      "expression 'object.nope > 1' resulted in error: no such key: nope",
      "compilation error: compilation failed: ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')",
      "expression 'variables.bad > 1' resulted in error: composited variable \"bad\" fails to compile: compilation failed: ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
      'expression \'variables.failing > 1\' resulted in error: composited variable "failing" fails to evaluate: no such key: nope',
    ],
  );
});

test('variables are paid for once, and budgets end', () => {
  const variables = { numbers: '[1, 2, 3].map(i, i * int(object.spec.replicas))' };
  const once = outcomes(['variables.numbers.size() == 3'], { variables }).remaining;
  const twice = outcomes(['variables.numbers.size() == 3', 'variables.numbers.size() == 3'], { variables }).remaining;
  assert.ok(once - twice < 10_000 - once);
  assert.throws(() => outcomes(['variables.numbers.size() == 3'], { variables, budget: 10 }), OutOfBudget);
});
