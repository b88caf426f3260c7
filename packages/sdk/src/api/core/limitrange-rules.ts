import {
  compareQuantity,
  duplicate,
  errorsOf,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  milliValue,
  type Path,
  qualifiedNameProblems,
  required,
  typedString,
} from '../../machinery/index.ts';
import type { LimitRange, LimitRangeItem } from './limitrange.ts';
import { mayOvercommit, validateContainerResourceName, validateResourceName } from './pod/validation/resource-name.ts';

const types = ['Pod', 'Container', 'PersistentVolumeClaim'];
const lists = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

export function* validateLimitRange({ spec }: LimitRange): Iterable<FieldError> {
  const seen = new Set<string>();
  for (const [i, item] of (spec.limits ?? []).entries()) {
    const here = field('spec', 'limits').index(i);
    yield* validateType(item.type, here.child('type'));
    if (seen.has(item.type)) yield duplicate(here.child('type'), item.type);
    seen.add(item.type);
    yield* validateItem(item, here);
  }
}

function* validateType(type: string, here: Path): Iterable<FieldError> {
  const problems = qualifiedNameProblems(type);
  for (const p of problems) yield invalid(here, typedString(type), p);
  if (problems.length || type.includes('/') || types.includes(type)) return;
  yield invalid(here, typedString(type), 'must be a standard limit type or fully qualified');
}

function* validateItem(item: LimitRangeItem, here: Path): Iterable<FieldError> {
  const { type } = item;
  const checkName = type === 'Pod' || type === 'Container' ? validateContainerResourceName : validateResourceName;
  const names = new Set<string>();
  for (const list of lists) {
    if (list === 'maxLimitRequestRatio' && type === 'PersistentVolumeClaim') yield* validateClaimBounds(item, here);
    if (type === 'Pod' && (list === 'default' || list === 'defaultRequest')) {
      const given = Object.keys(item[list] ?? {}).length > 0;
      if (given) yield forbiddenAt(here.child(list), "may not be specified when `type` is 'Pod'");
      continue;
    }
    for (const name of Object.keys(item[list] ?? {}).sort()) {
      yield* errorsOf(checkName, name, here.child(list).key(name));
      names.add(name);
    }
  }
  for (const name of [...names].sort()) yield* validateAmounts(item, name, here);
}

function* validateClaimBounds({ min, max }: LimitRangeItem, here: Path): Iterable<FieldError> {
  if (min?.['storage'] !== undefined || max?.['storage'] !== undefined) return;
  const why = 'either minimum or maximum storage value is required, but neither was provided';
  yield required(here.child('limits'), why);
}

/** How the amounts that are given for one resource stand to each other. */
function* validateAmounts(item: LimitRangeItem, name: string, here: Path): Iterable<FieldError> {
  const isPod = item.type === 'Pod';
  const [min, max, ratio] = [item.min?.[name], item.max?.[name], item.maxLimitRequestRatio?.[name]];
  const limit = isPod ? undefined : item.default?.[name];
  const request = isPod ? undefined : item.defaultRequest?.[name];
  const above = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && compareQuantity(a, b) > 0;
  const at = (list: (typeof lists)[number]) => here.child(list).key(name);
  if (above(min, max)) yield invalid(at('min'), min, `min value ${min} is greater than max value ${max}`);
  if (above(min, request)) {
    yield invalid(at('defaultRequest'), request, `min value ${min} is greater than default request value ${request}`);
  }
  if (above(request, max)) {
    yield invalid(at('defaultRequest'), request, `default request value ${request} is greater than max value ${max}`);
  }
  if (above(request, limit)) {
    const why = `default request value ${request} is greater than default limit value ${limit}`;
    yield invalid(at('defaultRequest'), request, why);
  }
  // Upstream shows the bound here, not what is beyond it.
  if (above(min, limit)) yield invalid(at('default'), min, `min value ${min} is greater than default value ${limit}`);
  if (above(limit, max)) yield invalid(at('default'), max, `default value ${limit} is greater than max value ${max}`);
  if (above('1', ratio)) yield invalid(at('maxLimitRequestRatio'), ratio, `ratio ${ratio} is less than 1`);
  if (ratio !== undefined && min !== undefined && max !== undefined) {
    const widest = milliValue(max) / milliValue(min);
    if (milliValue(ratio) / 1000 > widest) {
      const why = `ratio ${ratio} is greater than max/min = ${fixed(widest)}`;
      yield invalid(at('maxLimitRequestRatio'), ratio, why);
    }
  }
  if (mayOvercommit(name) || limit === undefined || request === undefined) return;
  if (compareQuantity(limit, request) !== 0) {
    const why = `default value ${limit} must equal to defaultRequest value ${request} in ${name}`;
    yield invalid(at('defaultRequest'), request, why);
  }
}

const fixed = (n: number): string => (Number.isFinite(n) ? n.toFixed(6) : n > 0 ? '+Inf' : n < 0 ? '-Inf' : 'NaN');
