import {
  duplicate,
  field,
  type FieldError,
  forbiddenAt,
  internalAt,
  invalid,
  labelValueProblems,
  notSupported,
  parseCidr,
  parseQuantity,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
} from '../../machinery/index.ts';
import { internalValue, type RuleGates } from '../../schema/index.ts';
import { type AddressRules, addressRules } from '../meta/address-rules.ts';
import { configSourceRules } from './node-config-source-rules.ts';
import type { Node } from './node.ts';
import { nodeAddress } from './node-status.ts';
import { type Taint, taint } from './taint.ts';

const spec = field('spec');

export function* nodeRules(node: Node, _old?: Node, context?: RuleGates): Iterable<FieldError> {
  // Upstream looks at taints from where the metadata is.
  yield* taintsRules(node.spec.taints ?? [], field('metadata', 'taints'));
  yield* resourceRules(node);
  yield* podCidrRules(node.spec.podCIDRs ?? [], addressRules(context));
}

/** Upstream looks at resources and taints once more here, and so tells their causes twice. */
export function* nodeUpdateRules(next: Node, old: Node): Iterable<FieldError> {
  yield* resourceRules(next);
  const seen = new Set<string>();
  for (const [i, address] of (next.status.addresses ?? []).entries()) {
    const key = `${address.type} ${address.address}`;
    if (seen.has(key)) yield duplicate(field('status', 'addresses').index(i), internalValue(nodeAddress, address));
    seen.add(key);
  }
  const [now, before] = [next.spec.podCIDRs ?? [], old.spec.podCIDRs ?? []];
  const kept = 'node updates may not change podCIDR except from "" to valid';
  if (before.length && before.length !== now.length) yield forbiddenAt(spec.child('podCIDRs'), kept);
  else for (const [i, cidr] of before.entries()) if (cidr !== now[i]) yield forbiddenAt(spec.child('podCIDRs'), kept);
  if (old.spec.providerID && old.spec.providerID !== next.spec.providerID) {
    yield forbiddenAt(spec.child('providerID'), 'node updates may not change providerID except from "" to valid');
  }
  if (next.spec.configSource) yield* configSourceRules(next.spec.configSource, spec.child('configSource'), 'spec');
  for (const which of ['assigned', 'active', 'lastKnownGood'] as const) {
    const source = next.status.config?.[which];
    if (source) yield* configSourceRules(source, field('status', 'config', which), 'status');
  }
  yield* taintsRules(next.spec.taints ?? [], field('metadata', 'taints'));
  if ((next.spec.externalID ?? '') !== (old.spec.externalID ?? '')) {
    yield forbiddenAt(spec.child('externalID'), 'may not be updated');
  }
}

function* taintsRules(taints: readonly Taint[], at: Path): Iterable<FieldError> {
  const seen = new Set<string>();
  const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
  for (const [i, t] of taints.entries()) {
    const here = at.index(i);
    const { key, value = '', effect } = t;
    yield* problemsAt(qualifiedNameProblems(key), key, here.child('key'));
    const problems = labelValueProblems(value);
    if (problems.length) yield invalid(here.child('value'), value, problems.join(';'));
    if (!effect) yield required(here.child('effect'));
    else if (!effects.includes(effect)) yield notSupported(here.child('effect'), effect, effects);
    const which = `${effect} ${key}`;
    if (seen.has(which)) {
      const { message, ...error } = duplicate(here, internalValue(taint, t));
      yield { ...error, message: `${message}: taints must be unique by key and effect pair` };
    }
    seen.add(which);
  }
}

const featureName = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z0-9]+)*$/;

/** What nodes can do is told in order, each once. */
function* featuresRules(features: readonly string[], at: Path): Iterable<FieldError> {
  for (const [i, feature] of features.entries()) {
    const here = at.index(i);
    if (!featureName.test(feature)) {
      const why = `invalid feature name ${JSON.stringify(feature)}: must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes`;
      yield invalid(here, feature, why);
    }
    const before = features[i - 1];
    if (before === undefined) continue;
    if (feature === before) yield duplicate(here, feature);
    else if (feature < before) yield invalid(here, feature, 'list must be sorted alphabetically');
  }
}

function* resourceRules({ status }: Node): Iterable<FieldError> {
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const [name, quantity] of Object.entries(status[list] ?? {})) {
      const at = field('status', list, name);
      const { nano } = parseQuantity(quantity);
      if (nano < 0n) yield invalid(at, quantity, 'must be greater than or equal to 0');
      if (isCounted(name) && nano % 1_000_000_000n !== 0n) yield invalid(at, quantity, 'must be an integer');
    }
  }
  yield* featuresRules(status.declaredFeatures ?? [], field('status', 'declaredFeatures'));
}

const counted = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);

/** Resources of which there are whole ones only: counts of things, and whatever isn't Kubernetes' own. */
const isCounted = (name: string): boolean =>
  counted.has(name) || (name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.'));

function* podCidrRules(cidrs: readonly string[], rules: AddressRules): Iterable<FieldError> {
  const at = spec.child('podCIDRs');
  for (const [i, cidr] of cidrs.entries()) yield* problemsAt(rules.cidr(cidr), cidr, at.index(i));
  if (cidrs.length < 2) return;
  const bad = cidrs.findIndex((c) => !parseCidr(c));
  if (bad !== -1) {
    const why = `invalid CIDR[${bad}]: <nil> (invalid CIDR address: ${cidrs[bad]})`;
    yield internalAt(at, `invalid PodCIDRs. failed to check with dual stack with error:${why}`);
  }
  const families = new Set(cidrs.map((c) => parseCidr(c)?.address.family));
  if (cidrs.length > 2 || bad !== -1 || families.size < 2) {
    yield invalid(at, cidrs, 'may specify no more than one CIDR for each IP family');
  }
}
