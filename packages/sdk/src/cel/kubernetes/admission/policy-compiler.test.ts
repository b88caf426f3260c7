import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicyCompiler, type Purpose } from './policy-compiler.ts';

function problem(source: string, purpose: Purpose = 'condition', compiler = new PolicyCompiler()): string | undefined {
  const compiled = compiler.compile(source, purpose);
  return 'problem' in compiled ? compiled.problem : undefined;
}

test('expressions evaluate to what they are for', () => {
  assert.equal(problem('object.spec.replicas > 1 && request.operation == "CREATE"'), undefined);
  assert.equal(problem('1'), 'must evaluate to bool but got int');
  assert.equal(problem('object.x', 'message'), 'must evaluate to string but got dyn');
  assert.equal(problem('null', 'auditAnnotation'), undefined);
  assert.equal(problem('1', 'auditAnnotation'), 'must evaluate to one of [string null_type] but got int');
  assert.equal(problem('Object{spec: Object.spec{replicas: 1}}', 'applyConfiguration'), undefined);
  assert.equal(
    problem("[JSONPatch{op: 'add', path: '/a' + jsonpatch.escapeKey('b/c'), value: 1}]", 'jsonPatch'),
    undefined,
  );
  assert.equal(problem("JSONPatch{op: 'add'}", 'jsonPatch'), 'must evaluate to list(JSONPatch) but got JSONPatch');
});

test('expressions know the request and the namespace by their types, and what they were given', () => {
  for (const [source, undeclared] of [
    ['params.x == 1', "undeclared reference to 'params'"],
    ['variables.x == 1', "undeclared reference to 'variables'"],
    ['request.nope == 1', "undefined field 'nope'"],
    ['namespaceObject.metadata.labels.x == 1', "no matching overload for '_==_' applied to '(string, int)'"],
    ['Object{} == object', "undeclared reference to 'Object'"],
  ] as const) {
    assert.match(problem(source)!, new RegExp(undeclared.replace(/[().[\]]/g, '\\$&')), source);
  }
  assert.equal(problem('params.x == 1', 'condition', new PolicyCompiler({ hasParams: true })), undefined);
  assert.match(
    problem('authorizer.path("/").check("get").allowed()', 'message')!,
    /undeclared reference to 'authorizer'/,
  );
});

test('variables are known to what comes after them, by type', () => {
  const compiler = new PolicyCompiler({ composes: true });
  assert.match(problem('variables.n > 1', 'condition', compiler)!, /undefined field 'n'/);
  compiler.compileVariable('n', 'size(object.items)');
  compiler.compileVariable('bad', 'nope');
  assert.equal(problem('variables.n > 1', 'condition', compiler), undefined);
  assert.match(problem("variables.n == 'a'", 'condition', compiler)!, /no matching overload/);
  assert.equal(problem("variables.bad == 'a'", 'condition', compiler), undefined);
});

test('what makes sense and still cannot be evaluated is told apart', () => {
  assert.deepEqual(new PolicyCompiler().compile("int('x') == 1", 'condition'), {
    problem: "program instantiation failed: type conversion error from 'string' to 'int'",
    isInternal: true,
  });
});
