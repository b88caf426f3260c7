import {
  asGiven,
  compareQuantity,
  notFoundAt,
  dnsLabelProblems,
  dnsSubdomainProblems,
  equal,
  type FieldError,
  forbiddenAt,
  invalid,
  labelValueProblems,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
  requiredOneOf,
  tooLong,
  tooMany,
  wasGivenEmpty,
} from '../../../machinery/index.ts';
import { validateNodeSelector } from '../../core/node-selector-rules.ts';
import { isNativeResource } from '../../core/pod/validation/resource-name.ts';
import type { Device, DeviceAttribute, DeviceCounterConsumption, DeviceTaint } from '../device.ts';
import { bindingRules } from './binding-conditions.ts';
import { requestPolicyRules } from './capacity.ts';
import { taintEffects } from './device-claim.ts';
import { listRules, qualifiedRules, shortKey } from './names.ts';

const mostAttributesAndCapacities = 32;
const mostAttributeValues = 48;
const longestAttribute = 64;
const mostTaints = 16;
const mostConsumptions = 2;
const mostCounters = 32;

interface DeviceRules {
  /** The device under the same name before. */
  readonly old: Device | undefined;
  /** The pool says of each device by itself where it is. */
  readonly perDeviceNodes: boolean;
}

export function* deviceRules(device: Device, at: Path, { old, perDeviceNodes }: DeviceRules): Iterable<FieldError> {
  const { name, attributes = {}, capacity = {}, taints, consumesCounters, allowMultipleAllocations = false } = device;
  yield* problemsAt(dnsLabelProblems(name), name, at.child('name'));
  const total = Object.keys(attributes).length + Object.keys(capacity).length;
  if (total > mostAttributesAndCapacities) {
    const detail = `the total number of attributes and capacities must not exceed ${mostAttributesAndCapacities}`;
    yield invalid(at, total, detail);
  }
  const values = Object.values(attributes).reduce((n, a) => n + (listsOf(a).flat().length || 1), 0);
  if (values > mostAttributeValues) {
    yield invalid(at, values, `the total number of attribute values must not exceed ${mostAttributeValues}`);
  }
  for (const [key, attribute] of Object.entries(attributes)) {
    yield* qualifiedRules(key, at.child('attributes'));
    yield* attributeRules(attribute, at.child('attributes').key(shortKey(key)));
  }
  for (const [key, { value, requestPolicy }] of Object.entries(capacity)) {
    const here = at.child('capacity').key(shortKey(key)).child('requestPolicy');
    yield* qualifiedRules(key, at.child('capacity'));
    if (!requestPolicy) continue;
    if (allowMultipleAllocations) yield* requestPolicyRules(requestPolicy, value, here);
    else yield forbiddenAt(here, 'allowMultipleAllocations must be true');
  }
  if (!old || !equal(old.taints, taints)) {
    yield* listRules(taints, at.child('taints'), { most: mostTaints, each: (t, here) => taintRules(t, here) });
  }
  yield* listRules(consumesCounters, at.child('consumesCounters'), {
    most: mostConsumptions,
    each: consumptionRules,
    key: (c) => c.counterSet,
  });
  yield* placeRules(device, at, perDeviceNodes);
  yield* bindingRules(device, at);
  yield* mappingRules(device, at.child('nodeAllocatableResourceMappings'));
}

/** What of the node's own a device takes with it: so much each, or as much as one of its capacities. */
function* mappingRules(
  { nodeAllocatableResourceMappings = {}, capacity = {} }: Device,
  at: Path,
): Iterable<FieldError> {
  for (const [name, { allocationMultiplier, capacityKey }] of Object.entries(nodeAllocatableResourceMappings)) {
    const here = at.key(name);
    if (!isNativeResource(name)) yield invalid(here, name, 'must be a node allocatable resource name');
    if (allocationMultiplier !== undefined && compareQuantity(allocationMultiplier, '0') <= 0) {
      yield invalid(here.child('allocationMultiplier'), allocationMultiplier, 'must be positive');
    }
    if (capacityKey === undefined) continue;
    const ofKey = here.child('capacityKey');
    if (!capacityKey) yield invalid(ofKey, '', 'capacityKey must not be an empty string');
    else if (!Object.hasOwn(capacity, capacityKey)) yield notFoundAt(ofKey, capacityKey);
  }
}

const listsOf = ({ ints = [], bools = [], strings = [], versions = [] }: DeviceAttribute): unknown[][] => [
  ints,
  bools,
  strings,
  versions,
];

const identifier = '(0|[1-9]\\d*)';
const preRelease = '(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const semver = new RegExp(
  `^${identifier}\\.${identifier}\\.${identifier}(-${preRelease}(\\.${preRelease})*)?(\\+[0-9a-zA-Z-]+(\\.[0-9a-zA-Z-]+)*)?$`,
);

function* attributeRules(attribute: DeviceAttribute, at: Path): Iterable<FieldError> {
  const { int, bool, string, version } = attribute;
  if (string !== undefined) yield* lengthRules(string, at.child('string'));
  if (version !== undefined) yield* versionRules(version, at.child('version'));
  const each = { bools: () => [], ints: () => [], strings: lengthRules, versions: versionRules };
  for (const name of ['bools', 'ints', 'strings', 'versions'] as const) {
    const here = at.child(name);
    if (wasGivenEmpty(attribute, name)) yield invalid(here, [], 'must not be empty if specified');
    for (const [i, v] of (attribute[name] ?? []).entries()) yield* each[name](v as string, here.index(i));
  }
  // Upstream shows the attribute under the names that its members have inside it.
  const shown = {
    IntValue: int ?? null,
    BoolValue: bool ?? null,
    StringValue: string ?? null,
    VersionValue: version ?? null,
    IntValues: asGiven(attribute, 'ints') ?? null,
    BoolValues: asGiven(attribute, 'bools') ?? null,
    StringValues: asGiven(attribute, 'strings') ?? null,
    VersionValues: asGiven(attribute, 'versions') ?? null,
  };
  const given = Object.values(shown).filter((v) => v !== null).length;
  if (given !== 1) yield invalid(at, given ? shown : '', 'exactly one value must be specified');
}

function* lengthRules(value: string, at: Path): Iterable<FieldError> {
  if (Buffer.byteLength(value) > longestAttribute) yield tooLong(at, longestAttribute);
}

function* versionRules(value: string, at: Path): Iterable<FieldError> {
  if (!semver.test(value)) yield invalid(at, value, 'must be a string compatible with semver.org spec 2.0.0');
  yield* lengthRules(value, at);
}

export function* taintRules(taint: DeviceTaint, at: Path, old?: DeviceTaint): Iterable<FieldError> {
  const { key, value = '', effect } = taint;
  yield* problemsAt(qualifiedNameProblems(key), key, at.child('key'));
  if (value) yield* problemsAt(labelValueProblems(value), value, at.child('value'));
  if (effect !== old?.effect) yield* requiredOneOf(effect, taintEffects, at.child('effect'));
  else if (!effect && !old) yield required(at.child('effect'));
}

function* consumptionRules({ counterSet, counters }: DeviceCounterConsumption, at: Path): Iterable<FieldError> {
  yield* counterNameRules(counterSet, at.child('counterSet'));
  yield* counterRules(counters, at.child('counters'));
}

export function* counterNameRules(name: string, at: Path): Iterable<FieldError> {
  if (!name) yield required(at);
  else yield* problemsAt(dnsLabelProblems(name), name, at);
}

export function* counterRules(counters: Readonly<Record<string, unknown>> | undefined, at: Path): Iterable<FieldError> {
  const names = Object.keys(counters ?? {});
  if (!names.length) yield required(at);
  else if (names.length > mostCounters) yield tooMany(at, names.length, mostCounters);
  else for (const name of names) yield* problemsAt(dnsLabelProblems(name), name, at);
}

function* placeRules(device: Device, at: Path, perDeviceNodes: boolean): Iterable<FieldError> {
  const { nodeName, nodeSelector, allNodes } = device;
  if (!perDeviceNodes) {
    if (nodeName === undefined && !nodeSelector && allNodes === undefined) return;
    const names = '`nodeName`, `nodeSelector` and `allNodes`';
    yield invalid(
      at,
      null,
      `${names} can only be set if \`perDeviceNodeSelection\` is set to true in the ResourceSlice spec`,
    );
    return;
  }
  const given: string[] = [];
  if (nodeName !== undefined) {
    if (nodeName) given.push('`nodeName`');
    yield* nodeNameRules(nodeName, at.child('nodeName'), 'must not be empty');
  }
  if (nodeSelector) {
    given.push('`nodeSelector`');
    yield* validateNodeSelector(nodeSelector, at.child('nodeSelector'), { allowInvalidValues: false });
  }
  if (allNodes) given.push('`allNodes`');
  else if (allNodes === false) yield invalid(at.child('allNodes'), false, 'must be either unset or set to true');
  if (given.length === 1) return;
  const detail =
    'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (given.length) yield invalid(at, `{${given.join(', ')}}`, detail);
  else yield required(at, detail);
}

export function* nodeNameRules(name: string, at: Path, whenEmpty: string): Iterable<FieldError> {
  if (!name) yield invalid(at, name, whenEmpty);
  else yield* problemsAt(dnsSubdomainProblems(name), name, at);
}
