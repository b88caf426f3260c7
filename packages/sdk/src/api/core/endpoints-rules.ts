import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  endpointIpProblems,
  equal,
  field,
  type FieldError,
  type Path,
  portProblems,
  problemsAt,
  qualifiedNameProblems,
  required,
  requiredOneOf,
} from '../../machinery/index.ts';
import type { RuleGates } from '../../schema/index.ts';
import { type AddressRules, addressRules } from '../meta/address-rules.ts';
import type { EndpointAddress, EndpointPort, Endpoints, EndpointSubset } from './endpoints.ts';

/** All of it, unless it is as it was: older versions let more pass. */
export function* endpointsRules(
  next: Endpoints,
  old: Endpoints | undefined,
  context?: RuleGates,
): Iterable<FieldError> {
  if (old && equal(next.subsets ?? [], old.subsets ?? [])) return;
  const rules = addressRules(context);
  for (const [i, subset] of (next.subsets ?? []).entries())
    yield* subsetRules(subset, field('subsets').index(i), rules);
}

function* subsetRules(subset: EndpointSubset, at: Path, rules: AddressRules): Iterable<FieldError> {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  if (!addresses.length && !notReadyAddresses.length) {
    yield required(at, 'must specify `addresses` or `notReadyAddresses`');
  }
  for (const [i, a] of addresses.entries()) yield* endpointRules(a, at.child('addresses').index(i), rules);
  for (const [i, a] of notReadyAddresses.entries()) {
    yield* endpointRules(a, at.child('notReadyAddresses').index(i), rules);
  }
  for (const [i, p] of ports.entries()) yield* portRules(p, at.child('ports').index(i), ports.length > 1);
}

function* endpointRules(
  { ip, hostname, nodeName }: EndpointAddress,
  at: Path,
  rules: AddressRules,
): Iterable<FieldError> {
  yield* problemsAt(rules.ip(ip), ip, at.child('ip'));
  if (hostname) yield* problemsAt(dnsLabelProblems(hostname), hostname, at.child('hostname'));
  if (nodeName !== undefined) yield* problemsAt(dnsSubdomainProblems(nodeName), nodeName, at.child('nodeName'));
  yield* problemsAt(endpointIpProblems(ip), ip, at.child('ip'));
}

function* portRules(
  { name, port, protocol, appProtocol }: EndpointPort,
  at: Path,
  needsName: boolean,
): Iterable<FieldError> {
  if (name) yield* problemsAt(dnsLabelProblems(name), name, at.child('name'));
  else if (needsName) yield required(at.child('name'));
  yield* problemsAt(portProblems(port), port, at.child('port'));
  yield* requiredOneOf(protocol, ['SCTP', 'TCP', 'UDP'], at.child('protocol'));
  if (appProtocol !== undefined) {
    yield* problemsAt(qualifiedNameProblems(appProtocol), appProtocol, at.child('appProtocol'));
  }
}
