import { type CompiledExpression, isReservedWord, type PolicyCompiler, type Purpose } from '../../../cel/index.ts';
import { type FieldError, internalAt, invalid, notSupported, type Path, required } from '../../../machinery/index.ts';
import type { Variable } from '../variable.ts';

/** What both kinds of policies say. */

export function* failurePolicyRules(policy: string | undefined, at: Path): Iterable<FieldError> {
  if (policy === undefined) yield required(at);
  else if (!['Fail', 'Ignore'].includes(policy)) yield notSupported(at, policy, ['Fail', 'Ignore']);
}

/** Looks at the variables, and makes them known to the expressions that are compiled after them. */
export function* variableRules(
  variables: readonly Variable[] | undefined,
  at: Path,
  compiler: PolicyCompiler,
): Iterable<FieldError> {
  for (const [i, { name, expression }] of (variables ?? []).entries()) {
    const here = at.index(i);
    if (!name.trim()) yield required(here.child('name'), 'name is not specified');
    else if (!isCelIdentifier(name)) yield invalid(here.child('name'), name, 'must be a valid CEL identifier');
    if (!expression.trim()) {
      yield required(here.child('expression'), 'expression is not specified');
      continue;
    }
    const compiled = compiler.compileVariable(name, expression);
    yield* compiledRules(compiled, expression, here.child('expression'));
  }
}

export function* expressionRules(
  expression: string,
  at: Path,
  { compiler, purpose }: { readonly compiler: PolicyCompiler; readonly purpose: Purpose },
): Iterable<FieldError> {
  yield* compiledRules(compiler.compile(expression, purpose), expression, at);
}

export function* compiledRules(compiled: CompiledExpression, expression: string, at: Path): Iterable<FieldError> {
  if (!('problem' in compiled)) return;
  yield compiled.isInternal ? internalAt(at, compiled.problem) : invalid(at, expression, compiled.problem);
}

const isCelIdentifier = (name: string): boolean => /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !isReservedWord(name);
