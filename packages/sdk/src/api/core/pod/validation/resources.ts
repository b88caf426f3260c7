import {
  asGiven,
  compareQuantity,
  dnsLabelProblems,
  duplicate,
  type FieldError,
  forbiddenAt,
  invalid,
  notFoundAt,
  notSupported,
  parseQuantity,
  wrappedThousandths,
  type Path,
  problemsAt,
  required,
  sortedKeys,
} from '../../../../machinery/index.ts';
import type { PodSpec } from '../pod-spec.ts';
import { containerTotals, type ResourceList } from '../resource-totals.ts';
import type { ContainerResizePolicy, ContainerResourceClaim, ResourceRequirements } from '../resources.ts';
import { anyContainer } from '../containers-of.ts';
import {
  isHugePages,
  isIntegerResource,
  mayOvercommit,
  type NameCheck,
  validateContainerResourceName,
  validatePodResourceName,
} from './resource-name.ts';
import type { PodRules } from './rules.ts';

export interface ResourceContext {
  readonly rules: PodRules;
  /** The pod's resource claims, which containers refer to. */
  readonly claims: ReadonlySet<string>;
}

export const validateContainerResources = (
  errors: FieldError[],
  resources: ResourceRequirements,
  at: Path,
  { rules, claims }: ResourceContext,
): void => validateRequirements(errors, resources, at, { rules, claims, checkName: validateContainerResourceName });

/** What is asked for the pod as a whole. */
export function validatePodResources(
  errors: FieldError[],
  resources: ResourceRequirements,
  at: Path,
  { spec, rules, claims }: ResourceContext & { readonly spec: PodSpec },
): void {
  if (spec.os?.name === 'windows') return void errors.push(forbiddenAt(at, 'may not be set for a windows pod'));
  if (asGiven(resources, 'claims')) {
    errors.push(forbiddenAt(at.child('claims'), 'claims may not be set for Resources at pod-level'));
  }
  validateRequirements(errors, resources, at, { rules, claims, checkName: validatePodResourceName });
  validateAgainstContainers(errors, spec, resources, at);
}

function validateAgainstContainers(errors: FieldError[], spec: PodSpec, pod: ResourceRequirements, at: Path): void {
  for (const [name, sum] of sorted(containerTotals(spec, 'requests'))) {
    const asked = pod.requests?.[name];
    if (asked !== undefined && compareQuantity(sum, asked) > 0) {
      const why = `must be greater than or equal to aggregate container requests of ${sum}`;
      errors.push(invalid(at.child('requests').key(name), asked, why));
    }
  }
  for (const [name, sum] of sorted(containerTotals(spec, 'limits'))) {
    const limit = pod.limits?.[name];
    if (isHugePages(name) && limit !== undefined && compareQuantity(sum, limit) > 0) {
      const why = `must be greater than or equal to aggregate container limits of ${sum}`;
      errors.push(invalid(at.child('limits').key(name), limit, why));
    }
  }
  for (const [i, { resources }] of (spec.containers ?? []).entries()) {
    for (const [name, own] of sorted(resources?.limits)) {
      const limit = pod.limits?.[name];
      if (limit !== undefined && compareQuantity(own, limit) > 0) {
        const where = at.child('containers').index(i).key(name).child('limits');
        errors.push(invalid(where, own, `must be less than or equal to pod limits of ${limit}`));
      }
    }
  }
}

interface RequirementContext extends ResourceContext {
  readonly checkName: NameCheck;
}

function validateRequirements(
  errors: FieldError[],
  { limits, requests, claims }: ResourceRequirements,
  at: Path,
  context: RequirementContext,
): void {
  for (const [name, amount] of sorted(limits)) {
    const here = at.child('limits').key(name);
    context.checkName(errors, name, here);
    validateAmount(errors, name, amount, here);
    if (isHugePages(name)) validateHugePages(errors, { name, amount }, here, context.rules);
  }
  for (const [name, amount] of sorted(requests)) {
    const here = at.child('requests').key(name);
    context.checkName(errors, name, here);
    validateAmount(errors, name, amount, here);
    validateAgainstLimit(errors, { name, amount }, limits?.[name], at);
    if (isHugePages(name)) validateHugePages(errors, { name, amount }, here, context.rules);
  }
  const isAsked = (name: string) => limits?.[name] !== undefined || requests?.[name] !== undefined;
  if ((hasHugePages(limits) || hasHugePages(requests)) && !isAsked('cpu') && !isAsked('memory')) {
    errors.push(forbiddenAt(at, 'HugePages require cpu or memory'));
  }
  if (claims) validateClaims(errors, claims, at.child('claims'), context.claims);
}

function hasHugePages(list: ResourceList = none): boolean {
  for (const name in list) if (isHugePages(name)) return true;
  return false;
}

// Upstream meets the names in any order; by name is one of them, and the same every time.
const sorted = (list: ResourceList | undefined): readonly (readonly [string, string])[] =>
  list ? sortedKeys(list).map((name) => [name, list[name]!]) : nothing;

const none: ResourceList = {};
const nothing: readonly (readonly [string, string])[] = [];

export function validateAmount(errors: FieldError[], name: string, amount: string, at: Path): void {
  const { nano } = parseQuantity(amount);
  if (nano < 0n) errors.push(invalid(at, amount, 'must be greater than or equal to 0'));
  if (isIntegerResource(name) && !isWhole(amount)) errors.push(invalid(at, amount, 'must be an integer'));
}

/** Upstream looks at thousandths in 64 bits. */
export const isWhole = (amount: string): boolean => wrappedThousandths(amount) % 1000n === 0n;

interface Asked {
  readonly name: string;
  readonly amount: string;
}

function validateAgainstLimit(
  errors: FieldError[],
  { name, amount }: Asked,
  limit: string | undefined,
  at: Path,
): void {
  if (limit === undefined) {
    if (!mayOvercommit(name))
      errors.push(required(at.child('limits'), 'Limit must be set for non overcommitable resources'));
    return;
  }
  const difference = compareQuantity(amount, limit);
  if (difference !== 0 && !mayOvercommit(name)) {
    errors.push(invalid(at.child('requests'), amount, `must be equal to ${name} limit of ${limit}`));
  } else if (difference > 0) {
    errors.push(invalid(at.child('requests'), amount, `must be less than or equal to ${name} limit of ${limit}`));
  }
}

function validateHugePages(errors: FieldError[], { name, amount }: Asked, at: Path, rules: PodRules): void {
  if (rules.allowIndivisibleHugePages || isDivisible(name, amount)) return;
  errors.push(invalid(at, amount, `${amount} is not positive integer multiple of ${name}`));
}

function isDivisible(name: string, amount: string): boolean {
  let page: bigint;
  try {
    page = parseQuantity(name.slice('hugepages-'.length)).nano;
  } catch {
    // A name that tells no size has no multiples.
    return false;
  }
  if (page <= 0n || page % 1_000_000_000n !== 0n) return false;
  return wholeUnits(amount) % (page / 1_000_000_000n) === 0n;
}

const wholeUnits = (amount: string): bigint => {
  const { nano } = parseQuantity(amount);
  return (nano + (nano > 0n ? 999_999_999n : 0n)) / 1_000_000_000n;
};

export const hasIndivisibleHugePages = (spec: PodSpec): boolean =>
  holdsIndivisible(spec.overhead) ||
  anyContainer(spec, ({ resources }) => holdsIndivisible(resources?.limits) || holdsIndivisible(resources?.requests));

const holdsIndivisible = (list: ResourceList | undefined): boolean =>
  list !== undefined && Object.keys(list).some((name) => isHugePages(name) && !isDivisible(name, list[name]!));

function validateClaims(
  errors: FieldError[],
  claims: readonly ContainerResourceClaim[],
  at: Path,
  ofPod: ReadonlySet<string>,
): void {
  const seen = new Set<string>();
  for (const [i, { name, request }] of claims.entries()) {
    const here = at.index(i);
    if (!name) {
      errors.push(required(here));
      continue;
    }
    if (seen.has(name)) errors.push(duplicate(here, name));
    else {
      if (request) errors.push(...problemsAt(dnsLabelProblems(request), request, here.child('request')));
      const key = request ? `${name}/${request}` : name;
      if (seen.has(key)) errors.push(duplicate(here, key));
      else if (!request) {
        for (const other of seen) if (other.startsWith(`${name}/`)) errors.push(duplicate(here, name));
      }
      seen.add(key);
    }
    if (!ofPod.has(name)) {
      const names = ofPod.size ? `: ${[...ofPod].sort().join(', ')}` : ' which is empty';
      errors.push(notFoundAt(here, name, `must be one of the names in pod.spec.resourceClaims${names}`));
    }
  }
}

export function validateResizePolicy(
  errors: FieldError[],
  policies: readonly ContainerResizePolicy[],
  at: Path,
  podRestartPolicy: string | undefined,
): void {
  const seen = new Set<string>();
  for (const [i, { resourceName, restartPolicy }] of policies.entries()) {
    if (seen.has(resourceName)) errors.push(duplicate(at.index(i), resourceName));
    seen.add(resourceName);
    for (const [value, supported] of [
      [resourceName, ['cpu', 'memory']],
      [restartPolicy, ['NotRequired', 'RestartContainer']],
    ] as const) {
      if (!value) errors.push(required(at));
      else if (!(supported as readonly string[]).includes(value)) errors.push(notSupported(at, value, supported));
    }
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      errors.push(invalid(at, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    }
  }
}
