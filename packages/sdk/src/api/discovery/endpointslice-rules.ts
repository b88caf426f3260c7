import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  duplicate,
  endpointIpProblems,
  field,
  type FieldError,
  immutable,
  invalid,
  ipFamily,
  ipProblems,
  labelValueProblems,
  notSupported,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
  requiredOneOf,
  tooMany,
} from '../../machinery/index.ts';
import { type RuleGates, validateLabels } from '../../schema/index.ts';
import { type AddressRules, addressRules } from '../meta/address-rules.ts';
import type { Endpoint, EndpointHints, EndpointSlice, EndpointSlicePort } from './endpointslice.ts';

const most = { endpoints: 1000, addresses: 100, ports: 20_000, topologyLabels: 16, hints: 8 };

export function* endpointSliceRules(
  next: EndpointSlice,
  old: EndpointSlice | undefined,
  context?: RuleGates,
): Iterable<FieldError> {
  yield* requiredOneOf(next.addressType, ['FQDN', 'IPv4', 'IPv6'], field('addressType'));
  yield* portsRules(next.ports ?? [], field('ports'));
  yield* endpointsRules(next, old, addressRules(context));
  if (old) yield* immutable(next.addressType, old.addressType, field('addressType'));
}

function* endpointsRules(
  { endpoints, addressType }: EndpointSlice,
  old: EndpointSlice | undefined,
  rules: AddressRules,
): Iterable<FieldError> {
  const at = field('endpoints');
  const list = endpoints ?? [];
  if (list.length > most.endpoints) {
    yield tooMany(at, list.length, most.endpoints);
    return;
  }
  const known = new Set((old?.endpoints ?? []).flatMap((e) => e.addresses));
  for (const [i, endpoint] of list.entries()) {
    const here = at.index(i);
    yield* addressesRules(endpoint.addresses ?? [], here.child('addresses'), { addressType, known, rules });
    yield* endpointRules(endpoint, here);
  }
}

function* addressesRules(
  addresses: readonly string[],
  at: Path,
  { addressType, known, rules }: { addressType: string; known: ReadonlySet<string>; rules: AddressRules },
): Iterable<FieldError> {
  if (!addresses.length) yield required(at, 'must contain at least 1 address');
  else if (addresses.length > most.addresses) yield tooMany(at, addresses.length, most.addresses);
  for (const [i, address] of addresses.entries()) {
    if (addressType === 'FQDN') yield* domainRules(address, at.index(i));
    if ((addressType !== 'IPv4' && addressType !== 'IPv6') || known.has(address)) continue;
    // There was never a time when those of IPv6 could be written otherwise.
    const problems = addressType === 'IPv6' ? ipProblems(address) : rules.ip(address);
    yield* problemsAt(problems, address, at.index(i));
    if (problems.length) continue;
    if (ipFamily(address) !== addressType) yield invalid(at, address, `must be an ${addressType} address`);
    yield* problemsAt(endpointIpProblems(address), address, at.index(i));
  }
}

function* domainRules(written: string, at: Path): Iterable<FieldError> {
  if (!written) {
    yield required(at);
    return;
  }
  const name = written.replace(/\.$/, '');
  const problems = dnsSubdomainProblems(name);
  if (problems.length) yield invalid(at, name, problems.join(','));
  else if (!name.includes('.')) {
    yield invalid(at, name, 'should be a domain with at least two segments separated by dots');
  } else {
    for (const label of name.split('.')) {
      const wrong = dnsLabelProblems(label);
      if (wrong.length) yield invalid(at, label, wrong.join(','));
    }
  }
}

function* endpointRules({ nodeName, deprecatedTopology, hostname, hints }: Endpoint, at: Path): Iterable<FieldError> {
  if (nodeName !== undefined) yield* problemsAt(dnsSubdomainProblems(nodeName), nodeName, at.child('nodeName'));
  const topology = at.child('deprecatedTopology');
  const labels = Object.keys(deprecatedTopology ?? {}).length;
  if (labels > most.topologyLabels) yield tooMany(topology, labels, most.topologyLabels);
  yield* validateLabels(deprecatedTopology, topology);
  if (hostname !== undefined) yield* problemsAt(dnsLabelProblems(hostname), hostname, at.child('hostname'));
  if (hints) yield* hintsRules(hints, at.child('hints'));
}

function* hintsRules({ forZones = [], forNodes = [] }: EndpointHints, at: Path): Iterable<FieldError> {
  yield* namesRules(forZones, at.child('forZones'), labelValueProblems);
  yield* namesRules(forNodes, at.child('forNodes'), dnsSubdomainProblems);
}

function* namesRules(
  hints: readonly { name: string }[],
  at: Path,
  problems: (name: string) => string[],
): Iterable<FieldError> {
  if (hints.length > most.hints) {
    yield tooMany(at, hints.length, most.hints);
    return;
  }
  const seen = new Set<string>();
  for (const [i, { name }] of hints.entries()) {
    const here = at.index(i).child('name');
    if (seen.has(name)) yield duplicate(here, name);
    seen.add(name);
    yield* problemsAt(problems(name), name, here);
  }
}

function* portsRules(ports: readonly EndpointSlicePort[], at: Path): Iterable<FieldError> {
  if (ports.length > most.ports) {
    yield tooMany(at, ports.length, most.ports);
    return;
  }
  const seen = new Set<string>();
  for (const [i, { name, protocol, appProtocol }] of ports.entries()) {
    const here = at.index(i);
    if (name) yield* problemsAt(dnsLabelProblems(name), name, here.child('name'));
    if (seen.has(name)) yield duplicate(here.child('name'), name);
    seen.add(name);
    const protocols = ['SCTP', 'TCP', 'UDP'];
    if (!protocols.includes(protocol)) yield notSupported(here.child('protocol'), protocol, protocols);
    if (appProtocol !== undefined) {
      yield* problemsAt(qualifiedNameProblems(appProtocol), appProtocol, here.child('appProtocol'));
    }
  }
}
