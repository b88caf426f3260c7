import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  regexProblem,
  required,
  tooLong,
} from '../../machinery/index.ts';
import type { Condition } from './condition.ts';

const longestReason = 1024;
const longestMessage = 32 * 1024;
const reasonPattern = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
/** Go's time that nobody set, which is one as any other in JSON. */
const isZeroTime = (time: string): boolean => Date.parse(time) === Date.parse('0001-01-01T00:00:00Z');
const reasonProblem = regexProblem(
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
  reasonPattern,
  'my_name',
  'MY_NAME',
  'MyName',
  'ReasonA,ReasonB',
  'ReasonA:ReasonB',
);

/** Conditions of the form that all newer kinds have. */
export function* validateConditions(conditions: readonly Condition[] | undefined, at: Path): Iterable<FieldError> {
  const seen = new Set<string>();
  for (const [i, condition] of (conditions ?? []).entries()) {
    if (seen.has(condition.type)) yield duplicate(at.index(i).child('type'), condition.type);
    seen.add(condition.type);
    yield* validateCondition(condition, at.index(i));
  }
}

function* validateCondition(condition: Condition, at: Path): Iterable<FieldError> {
  const { type, status, observedGeneration = 0, lastTransitionTime, reason, message } = condition;
  yield* problemsAt(qualifiedNameProblems(type), type, at.child('type'));
  if (!['False', 'True', 'Unknown'].includes(status)) {
    yield notSupported(at.child('status'), status, ['False', 'True', 'Unknown']);
  }
  if (observedGeneration < 0) {
    yield invalid(at.child('observedGeneration'), observedGeneration, 'must be greater than or equal to zero');
  }
  if (!lastTransitionTime || isZeroTime(lastTransitionTime)) yield required(at.child('lastTransitionTime'));
  if (!reason) yield required(at.child('reason'));
  else {
    if (!new RegExp(`^${reasonPattern}$`).test(reason)) yield invalid(at.child('reason'), reason, reasonProblem);
    if (Buffer.byteLength(reason) > longestReason) yield tooLong(at.child('reason'), longestReason);
  }
  if (Buffer.byteLength(message ?? '') > longestMessage) yield tooLong(at.child('message'), longestMessage);
}
