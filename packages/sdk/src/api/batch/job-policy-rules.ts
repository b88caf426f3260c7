import {
  duplicate,
  type FieldError,
  invalid,
  invalidUnshown,
  nonNegative,
  notSupported,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
  tooLong,
  tooMany,
  typedString,
} from '../../machinery/index.ts';
import { countIndexes, parseIndexes } from './index-ranges.ts';
import type {
  JobSpec,
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
  SuccessPolicy,
  SuccessPolicyRule,
} from './job-spec.ts';

const maxRules = 20;
const maxExitCodes = 255;
const maxPatterns = 20;
const maxIndexesBytes = 64 * 1024;

const validValues = (values: readonly string[]): string =>
  `valid values: [${values.map((v) => JSON.stringify(v)).join(' ')}]`;

function* oneOfSome(value: string, supported: readonly string[], at: Path): Iterable<FieldError> {
  if (!value) yield required(at, validValues(supported));
  else if (!supported.includes(value)) yield notSupported(at, value, supported);
}

export function* validateFailurePolicy(policy: PodFailurePolicy, spec: JobSpec, at: Path): Iterable<FieldError> {
  const rules = policy.rules ?? [];
  if (rules.length > maxRules) yield tooMany(at.child('rules'), rules.length, maxRules);
  const { containers, initContainers } = spec.template.spec;
  const names = new Set([...(containers ?? []), ...(initContainers ?? [])].map(({ name }) => name));
  for (const [i, rule] of rules.entries()) {
    yield* validateFailureRule(rule, at.child('rules').index(i), { perIndex: spec.backoffLimitPerIndex, names });
  }
}

function* validateFailureRule(
  { action, onExitCodes, onPodConditions = [] }: PodFailurePolicyRule,
  at: Path,
  { perIndex, names }: { perIndex: number | undefined; names: ReadonlySet<string> },
): Iterable<FieldError> {
  if (action !== 'FailIndex') yield* oneOfSome(action, ['Count', 'FailIndex', 'FailJob', 'Ignore'], at.child('action'));
  else if (perIndex === undefined) {
    yield invalid(at.child('action'), typedString(action), 'requires the backoffLimitPerIndex to be set');
  }
  if (onExitCodes) yield* validateExitCodes(onExitCodes, at.child('onExitCodes'), names);
  if (onPodConditions.length) yield* validatePatterns(onPodConditions, at.child('onPodConditions'));
  if (onExitCodes && onPodConditions.length) {
    yield invalidUnshown(at, 'specifying both OnExitCodes and OnPodConditions is not supported');
  }
  if (!onExitCodes && !onPodConditions.length) {
    yield invalidUnshown(at, 'specifying one of OnExitCodes and OnPodConditions is required');
  }
}

function* validateExitCodes(
  { operator, containerName, values }: PodFailurePolicyOnExitCodesRequirement,
  at: Path,
  names: ReadonlySet<string>,
): Iterable<FieldError> {
  yield* oneOfSome(operator, ['In', 'NotIn'], at.child('operator'));
  if (containerName !== undefined && !names.has(containerName)) {
    const why = 'must be one of the container or initContainer names in the pod template';
    yield invalid(at.child('containerName'), containerName, why);
  }
  const codes = values ?? [];
  const here = at.child('values');
  if (!codes.length) yield invalid(here, values, 'at least one value is required');
  else if (codes.length > maxExitCodes) yield tooMany(here, codes.length, maxExitCodes);
  const seen = new Set<number>();
  for (const [i, code] of codes.entries()) {
    if (operator === 'In' && code === 0) yield invalid(here.index(i), code, 'must not be 0 for the In operator');
    if (seen.has(code)) yield duplicate(here.index(i), code);
    seen.add(code);
  }
  if (codes.some((code, i) => i > 0 && codes[i - 1]! > code)) yield invalid(here, codes, 'must be ordered');
}

function* validatePatterns(
  patterns: readonly PodFailurePolicyOnPodConditionsPattern[],
  at: Path,
): Iterable<FieldError> {
  if (patterns.length > maxPatterns) yield tooMany(at, patterns.length, maxPatterns);
  for (const [i, { type, status }] of patterns.entries()) {
    yield* problemsAt(qualifiedNameProblems(type), type, at.index(i).child('type'));
    yield* oneOfSome(status, ['False', 'True', 'Unknown'], at.index(i).child('status'));
  }
}

export function* validateSuccessPolicy(policy: SuccessPolicy, completions: number, at: Path): Iterable<FieldError> {
  const rules = policy.rules ?? [];
  const here = at.child('rules');
  if (!rules.length) yield required(here, 'at least one rules must be specified when the successPolicy is specified');
  if (rules.length > maxRules) yield tooMany(here, rules.length, maxRules);
  for (const [i, rule] of rules.entries()) yield* validateSuccessRule(rule, completions, here.index(i));
}

function* validateSuccessRule(
  { succeededIndexes, succeededCount }: SuccessPolicyRule,
  completions: number,
  at: Path,
): Iterable<FieldError> {
  if (succeededCount === undefined && succeededIndexes === undefined) {
    yield required(at, 'at least one of succeededCount or succeededIndexes must be specified');
  }
  let named = 0;
  if (succeededIndexes !== undefined) {
    const here = at.child('succeededIndexes');
    if (Buffer.byteLength(succeededIndexes) > maxIndexesBytes) yield tooLong(here, maxIndexesBytes);
    const ranges = parseIndexes(succeededIndexes, completions);
    if (typeof ranges === 'string') {
      yield invalid(here, succeededIndexes, `error parsing succeededIndexes: ${ranges}`);
    } else named = countIndexes(ranges);
  }
  if (succeededCount === undefined) return;
  const here = at.child('succeededCount');
  const atMost = (n: number, what: string) =>
    invalid(here, succeededCount, `must be less than or equal to ${n} (the number of ${what})`);
  yield* nonNegative(succeededCount, here);
  if (succeededCount > completions) yield atMost(completions, 'specified completions');
  if (succeededIndexes !== undefined && succeededCount > named) {
    yield atMost(named, 'indexes in the specified succeededIndexes field');
  }
}
