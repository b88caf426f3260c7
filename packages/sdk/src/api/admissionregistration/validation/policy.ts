import { type FieldError, invalid, notSupported, type Path, required } from '../../../machinery/index.ts';
import type { Variable } from '../variable.ts';

/** What both kinds of policies say. Expressions are compiled by whoever can evaluate them. */

export function* failurePolicyRules(policy: string | undefined, at: Path): Iterable<FieldError> {
  if (policy === undefined) yield required(at);
  else if (!['Fail', 'Ignore'].includes(policy)) yield notSupported(at, policy, ['Fail', 'Ignore']);
}

export function* variableRules(variables: readonly Variable[] | undefined, at: Path): Iterable<FieldError> {
  for (const [i, { name, expression }] of (variables ?? []).entries()) {
    const here = at.index(i);
    if (!name.trim()) yield required(here.child('name'), 'name is not specified');
    else if (!isCelIdentifier(name)) yield invalid(here.child('name'), name, 'must be a valid CEL identifier');
    if (!expression.trim()) yield required(here.child('expression'), 'expression is not specified');
  }
}

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const isCelIdentifier = (name: string): boolean => /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !reserved.has(name);
