import { selectorProblem } from '../../../cel/index.ts';
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  type FieldError,
  forbiddenAt,
  invalid,
  isObject,
  labelValueProblems,
  notSupported,
  oneOfThese,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
  tooLong,
} from '../../../machinery/index.ts';
import type { Gates } from '../../../schema/index.ts';
import { isOpen } from '../../meta/field-gates.ts';
import type {
  DeviceClaim,
  DeviceClaimConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  DeviceSubRequest,
  DeviceToleration,
  ExactDeviceRequest,
  OpaqueDeviceConfiguration,
} from '../device-claim.ts';
import { driverRules, fullyQualifiedRules, listRules } from './names.ts';

export const mostRequests = 32;
export const mostConfigs = 32;
const mostConstraints = 32;
const mostSelectors = 32;
const mostAlternatives = 8;
const longestExpression = 10 * 1024;
const longestParameters = 10 * 1024;
export const taintEffects = ['NoExecute', 'NoSchedule', 'None'];

/** The requests that a claim makes, and each one's alternatives. */
export type RequestNames = ReadonlyMap<string, ReadonlySet<string>>;

export const requestNamesOf = ({ requests }: DeviceClaim): RequestNames =>
  new Map((requests ?? []).map(({ name, firstAvailable = [] }) => [name, new Set(firstAvailable.map((r) => r.name))]));

export function* deviceClaimRules(claim: DeviceClaim, at: Path, gates?: Gates): Iterable<FieldError> {
  const names = requestNamesOf(claim);
  yield* listRules(claim.requests, at.child('requests'), {
    most: mostRequests,
    each: requestRules,
    key: (r) => r.name,
  });
  yield* listRules(claim.constraints, at.child('constraints'), {
    most: mostConstraints,
    each: (c, here) => constraintRules(c, here, { names, gates }),
  });
  yield* listRules(claim.config, at.child('config'), {
    most: mostConfigs,
    each: (c, here) => claimConfigRules(c, here, names),
  });
}

function* requestRules(request: DeviceRequest, at: Path): Iterable<FieldError> {
  const { name, exactly, firstAvailable = [] } = request;
  yield* problemsAt(dnsLabelProblems(name), name, at.child('name'));
  const either = 'exactly one of `exactly` or `firstAvailable` is required';
  if (exactly && firstAvailable.length) yield invalid(at, null, `${either}, but multiple fields are set`);
  else if (exactly) yield* deviceRules(exactly, at.child('exactly'));
  else if (!firstAvailable.length) yield required(at, either);
  else {
    yield* listRules(firstAvailable, at.child('firstAvailable'), {
      most: mostAlternatives,
      each: function* (r, here) {
        yield* problemsAt(dnsLabelProblems(r.name), r.name, here.child('name'));
        yield* deviceRules(r, here);
      },
      key: (r) => r.name,
    });
  }
}

/** What of devices is asked for. */
function* deviceRules(request: ExactDeviceRequest | DeviceSubRequest, at: Path): Iterable<FieldError> {
  const { deviceClassName, selectors, allocationMode: mode, count = 0, tolerations = [] } = request;
  if (!deviceClassName) yield required(at.child('deviceClassName'));
  else yield* problemsAt(dnsSubdomainProblems(deviceClassName), deviceClassName, at.child('deviceClassName'));
  yield* selectorsRules(selectors, at.child('selectors'));
  if (mode === 'All') {
    if (count) yield invalid(at.child('count'), count, "must not be specified when allocationMode is 'All'");
  } else if (mode === 'ExactCount') {
    if (count <= 0) yield invalid(at.child('count'), count, 'must be greater than zero');
  } else yield notSupported(at.child('allocationMode'), mode ?? '', ['All', 'ExactCount']);
  for (const [i, t] of tolerations.entries()) yield* tolerationRules(t, at.child('tolerations').index(i));
}

export const selectorsRules = (selectors: readonly DeviceSelector[] | undefined, at: Path): Iterable<FieldError> =>
  listRules(selectors, at, {
    most: mostSelectors,
    each: function* ({ cel }, here) {
      if (!cel) yield required(here.child('cel'));
      else yield* selectorRules(cel.expression, here.child('cel', 'expression'));
    },
  });

function* selectorRules(expression: string, at: Path): Iterable<FieldError> {
  if (Buffer.byteLength(expression) > longestExpression) {
    yield tooLong(at, longestExpression);
    return;
  }
  const found = selectorProblem(expression);
  if (found) yield found.isTooCostly ? forbiddenAt(at, found.problem) : invalid(at, expression, found.problem);
}

function* tolerationRules(toleration: DeviceToleration, at: Path): Iterable<FieldError> {
  const { key = '', operator, value = '', effect } = toleration;
  if (key) yield* problemsAt(qualifiedNameProblems(key), key, at.child('key'));
  if (operator === 'Exists') {
    if (value) yield invalid(at.child('value'), value, 'must be empty for operator `Exists`');
  } else if (operator === 'Equal') yield* problemsAt(labelValueProblems(value), value, at.child('value'));
  else yield notSupported(at.child('operator'), operator, ['Equal', 'Exists']);
  yield* oneOfThese(effect, taintEffects, at.child('effect'));
}

function* constraintRules(
  constraint: DeviceConstraint,
  at: Path,
  { names, gates }: { names: RequestNames; gates: Gates | undefined },
): Iterable<FieldError> {
  const { requests, matchAttribute, distinctAttribute } = constraint;
  yield* requestRefsRules(requests, at.child('requests'), names);
  if (matchAttribute !== undefined) yield* fullyQualifiedRules(matchAttribute, at.child('matchAttribute'));
  else if (distinctAttribute !== undefined)
    yield* fullyQualifiedRules(distinctAttribute, at.child('distinctAttribute'));
  else if (!isOpen(gates, 'DRAConsumableCapacity')) yield required(at.child('matchAttribute'));
  else {
    // Upstream's words for neither.
    const either = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
    yield required(at, either);
  }
}

export const requestRefsRules = (
  refs: readonly string[] | undefined,
  at: Path,
  names: RequestNames,
): Iterable<FieldError> =>
  listRules(refs, at, { most: mostRequests, each: (ref, here) => requestRefRules(ref, here, names), key: (r) => r });

/** A request, or one of its alternatives after a slash. */
export function* requestRefRules(ref: string, at: Path, names: RequestNames): Iterable<FieldError> {
  const [name, alternative, ...more] = ref.split('/');
  const problem =
    "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
  if (more.length) {
    yield invalid(at, ref, problem);
    return;
  }
  for (const part of ref.split('/')) yield* problemsAt(dnsLabelProblems(part), part, at);
  const alternatives = names.get(name!);
  if (!alternatives || (alternative !== undefined && !alternatives.has(alternative))) yield invalid(at, ref, problem);
}

function* claimConfigRules(
  { requests, opaque }: DeviceClaimConfiguration,
  at: Path,
  names: RequestNames,
): Iterable<FieldError> {
  yield* requestRefsRules(requests, at.child('requests'), names);
  yield* configRules(opaque, at);
}

/** How a driver is to set a device up: parameters that only the driver understands. */
export function* configRules(opaque: OpaqueDeviceConfiguration | undefined, at: Path): Iterable<FieldError> {
  const here = at.child('opaque');
  if (!opaque) yield required(here);
  else {
    yield* driverRules(opaque.driver, here.child('driver'));
    yield* jsonObjectRules(opaque.parameters, here.child('parameters'));
  }
}

export function* jsonObjectRules(value: unknown, at: Path): Iterable<FieldError> {
  if (value === undefined || value === null) yield required(at);
  else if (Buffer.byteLength(JSON.stringify(value)) > longestParameters) yield tooLong(at, longestParameters);
  else if (!isObject(value)) yield invalid(at, '<value omitted>', 'must be a valid JSON object');
}
