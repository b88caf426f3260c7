import {
  dnsSubdomainProblems,
  type FieldError,
  forbiddenAt,
  invalid,
  labelValueProblems,
  type Path,
  problemsAt,
  required,
  typedString,
} from '../../machinery/index.ts';
import { validateLabelKey } from '../meta/label-selector-rules.ts';
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from './node-selector.ts';

export interface NodeSelectorRules {
  /** Values that are no label values pass: they match no node, which may be meant. */
  readonly allowInvalidValues: boolean;
}

export function* validateNodeSelector(
  selector: NodeSelector,
  at: Path,
  rules: NodeSelectorRules,
): Iterable<FieldError> {
  const terms = selector.nodeSelectorTerms ?? [];
  const here = at.child('nodeSelectorTerms');
  if (!terms.length) yield required(here, 'must have at least one node selector term');
  for (const [i, term] of terms.entries()) yield* validateNodeSelectorTerm(term, here.index(i), rules);
}

export function* validateNodeSelectorTerm(
  term: NodeSelectorTerm,
  at: Path,
  rules: NodeSelectorRules,
): Iterable<FieldError> {
  for (const [i, requirement] of (term.matchExpressions ?? []).entries()) {
    yield* validateRequirement(requirement, at.child('matchExpressions').index(i), rules);
  }
  for (const [i, requirement] of (term.matchFields ?? []).entries()) {
    yield* validateFieldRequirement(requirement, at.child('matchFields').index(i));
  }
}

export const hasInvalidValue = (selector: NodeSelector | undefined): boolean =>
  (selector?.nodeSelectorTerms ?? []).some((t) =>
    t.matchExpressions?.some((e) => e.values?.some((v) => labelValueProblems(v).length > 0)),
  );

function* validateRequirement(
  { key, operator, values = [] }: NodeSelectorRequirement,
  at: Path,
  { allowInvalidValues }: NodeSelectorRules,
): Iterable<FieldError> {
  const here = at.child('values');
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (!values.length) yield required(here, "must be specified when `operator` is 'In' or 'NotIn'");
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length) yield forbiddenAt(here, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) {
        yield required(here, "must be specified single value when `operator` is 'Lt' or 'Gt'");
      }
      break;
    default:
      yield invalid(at.child('operator'), typedString(operator), 'not a valid selector operator');
  }
  yield* validateLabelKey(key, at.child('key'));
  if (allowInvalidValues) return;
  for (const [i, value] of values.entries()) yield* problemsAt(labelValueProblems(value), value, here.index(i));
}

/** Fields of nodes: only their name, one at a time. */
function* validateFieldRequirement(
  { key, operator, values = [] }: NodeSelectorRequirement,
  at: Path,
): Iterable<FieldError> {
  const here = at.child('values');
  if (operator !== 'In' && operator !== 'NotIn') {
    yield invalid(at.child('operator'), typedString(operator), 'not a valid selector operator');
  } else if (values.length !== 1) {
    yield required(here, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  }
  if (key !== 'metadata.name') return yield invalid(at.child('key'), key, 'not a valid field selector key');
  for (const [i, name] of values.entries()) yield* problemsAt(dnsSubdomainProblems(name), name, here.index(i));
}
