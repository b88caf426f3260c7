import {
  asGiven,
  compareQuantity,
  equal,
  errorsOf,
  field,
  type FieldError,
  invalid,
  type Path,
  required,
  typedString,
} from '../../machinery/index.ts';
import { internalValue } from '../../schema/index.ts';
import { validateResourceName } from './pod/validation/resource-name.ts';
import { validateAmount } from './pod/validation/resources.ts';
import type { ResourceQuota, ResourceQuotaSpec } from './resourcequota.ts';
import { scopeSelector } from './scope-selector.ts';

const podCompute = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
/** What a quota may limit by its plain name; hugepages come besides, and anything with a slash. */
const quotaResources = new Set([
  ...podCompute,
  'ephemeral-storage',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]);

const isQuotaResource = (name: string): boolean => quotaResources.has(name) || /^(requests\.)?hugepages-/.test(name);

const podScopes = ['Terminating', 'NotTerminating', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity'];
const existingOnly = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];
const scopes = [...podScopes, 'BestEffort', 'VolumeAttributesClass'];

/** Whether what a scope picks out can be counted under a resource's name. */
function fits(scope: string, resource: string): boolean {
  if (podScopes.includes(scope)) return resource === 'pods' || podCompute.includes(resource);
  if (scope === 'BestEffort') return resource === 'pods';
  if (scope === 'VolumeAttributesClass') return ['persistentvolumeclaims', 'requests.storage'].includes(resource);
  return true;
}

const at = field('spec');

export function* validateResourceQuota({ spec, status }: ResourceQuota, old?: ResourceQuota): Iterable<FieldError> {
  yield* validateAmounts(spec.hard, at.child('hard'));
  yield* validateScopes(spec, at.child('scopes'));
  if (spec.scopeSelector) yield* validateScopeSelector(spec, at.child('scopeSelector', 'matchExpressions'));
  if (!old) return yield* validateResourceQuotaStatus({ status });
  const [next, before] = [new Set(spec.scopes), new Set(old.spec.scopes)];
  if (!equal([...next].sort(), [...before].sort())) {
    yield invalid(at.child('scopes'), asGiven(spec, 'scopes') ?? null, 'field is immutable');
  }
}

export function* validateResourceQuotaStatus({ status }: Pick<ResourceQuota, 'status'>): Iterable<FieldError> {
  yield* validateAmounts(status?.hard, field('status', 'hard'));
  yield* validateAmounts(status?.used, field('status', 'used'));
}

function* validateAmounts(amounts: Readonly<Record<string, string>> | undefined, here: Path): Iterable<FieldError> {
  for (const [name, amount] of Object.entries(amounts ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield* errorsOf(validateResourceName, name, here.key(name));
    if (!name.includes('/') && !isQuotaResource(name)) {
      yield invalid(here.key(name), typedString(name), 'must be a standard resource for quota');
    }
    yield* errorsOf(validateAmount, name, amount, here.key(name));
  }
}

function* validateScopes({ scopes: chosen = [], hard }: ResourceQuotaSpec, here: Path): Iterable<FieldError> {
  for (const scope of chosen) {
    if (!scopes.includes(scope)) yield invalid(here, chosen, 'unsupported scope');
    yield* validateFit(scope, hard, () => invalid(here, chosen, 'unsupported scope applied to resource'));
  }
  yield* validatePairs(chosen, () => invalid(here, chosen, 'conflicting scopes'));
}

function* validateFit(scope: string, hard: ResourceQuotaSpec['hard'], refusal: () => FieldError): Iterable<FieldError> {
  for (const name of Object.keys(hard ?? {})) if (isQuotaResource(name) && !fits(scope, name)) yield refusal();
}

function* validatePairs(chosen: readonly string[], refusal: () => FieldError): Iterable<FieldError> {
  for (const one of ['BestEffort', 'Terminating']) {
    if (chosen.includes(one) && chosen.includes(`Not${one}`)) yield refusal();
  }
}

function* validateScopeSelector(spec: ResourceQuotaSpec, here: Path): Iterable<FieldError> {
  const selector = spec.scopeSelector!;
  const expressions = selector.matchExpressions ?? [];
  for (const { scopeName, operator, values = [] } of expressions) {
    if (!scopes.includes(scopeName)) {
      yield invalid(here.child('scopeName'), typedString(scopeName), 'unsupported scope');
    }
    const shown = () => internalValue(scopeSelector, selector);
    yield* validateFit(scopeName, spec.hard, () => invalid(here, shown(), 'unsupported scope applied to resource'));
    if (existingOnly.includes(scopeName) && operator !== 'Exists') {
      const why =
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
      yield invalid(here.child('operator'), typedString(operator), why);
    }
    yield* validateOperator(operator, values, here);
  }
  const names = expressions.map(({ scopeName }) => scopeName);
  yield* validatePairs(names, () => invalid(here, spec.scopes ?? null, 'conflicting scopes'));
}

function* validateOperator(operator: string, values: readonly string[], here: Path): Iterable<FieldError> {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length) return;
    const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    yield required(here.child('values'), why);
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (!values.length) return;
    const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    yield invalid(here.child('values'), values, why);
  } else yield invalid(here.child('operator'), typedString(operator), 'not a valid selector operator');
}

/** Who may ask for more than they may be given. */
export function* quotaWarnings({ spec }: ResourceQuota, old?: ResourceQuota): Iterable<string> {
  if (old) return;
  const { hard = {} } = spec;
  for (const name of ['cpu', 'memory', 'storage', 'ephemeral-storage']) {
    const plain = !name.endsWith('storage') && hard[`requests.${name}`] === undefined;
    const asked = plain ? name : `requests.${name}`;
    const [request, limit] = [hard[asked], hard[`limits.${name}`]];
    if (request === undefined || limit === undefined || compareQuantity(request, limit) <= 0) continue;
    yield `ResourceQuota ${asked} (${request}) should be less than limits.${name} (${limit})`;
  }
}
