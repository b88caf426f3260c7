import {
  cidrWarnings,
  contains,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  notSupported,
  parseCidr,
  type Path,
  portNameProblems,
  portProblems,
  problemsAt,
  required,
} from '../../machinery/index.ts';
import type { RuleGates } from '../../schema/index.ts';
import { type AddressRules, addressRules } from '../meta/address-rules.ts';
import { isUsableSelector, validateLabelSelector } from '../meta/label-selector-rules.ts';
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from './networkpolicy.ts';

const spec = field('spec');
const protocols = ['TCP', 'UDP', 'SCTP'];
const policyTypes = ['Ingress', 'Egress'];

/** What an update may keep of what is wrong. */
interface Kept {
  readonly allowInvalidValues: boolean;
  /** Networks that the old policy names already. */
  readonly networks: ReadonlySet<string>;
  readonly rules: AddressRules;
}

export function* networkPolicyRules(
  next: NetworkPolicy,
  old: NetworkPolicy | undefined,
  context?: RuleGates,
): Iterable<FieldError> {
  const kept = {
    rules: addressRules(context),
    allowInvalidValues: old !== undefined && !isUsableSelector(old.spec.podSelector),
    networks: new Set(old ? [...ipBlocks(old)].flatMap(({ block }) => [block.cidr, ...(block.except ?? [])]) : []),
  };
  const { podSelector, policyTypes: types } = next.spec;
  yield* validateLabelSelector(podSelector, spec.child('podSelector'), kept);
  for (const { ports, peers, at, side } of rulesOf(next)) {
    for (const [i, port] of ports.entries()) yield* portRules(port, at.child('ports').index(i));
    for (const [i, peer] of peers.entries()) yield* peerRules(peer, at.child(side).index(i), kept);
  }
  const at = spec.child('policyTypes');
  if (types.length > policyTypes.length) return yield invalid(at, types, 'may not specify more than two policyTypes');
  for (const [i, type] of types.entries()) {
    if (!policyTypes.includes(type)) yield notSupported(at.index(i), type, policyTypes);
  }
}

function* rulesOf({ spec: { ingress = [], egress = [] } }: NetworkPolicy) {
  for (const [i, { ports = [], from = [] }] of ingress.entries()) {
    yield { ports, peers: from, side: 'from', at: spec.child('ingress').index(i) };
  }
  for (const [i, { ports = [], to = [] }] of egress.entries()) {
    yield { ports, peers: to, side: 'to', at: spec.child('egress').index(i) };
  }
}

function* ipBlocks(policy: NetworkPolicy): Iterable<{ block: IPBlock; at: Path }> {
  for (const { peers, at, side } of rulesOf(policy)) {
    for (const [i, { ipBlock: block }] of peers.entries()) {
      if (block) yield { block, at: at.child(side).index(i).child('ipBlock') };
    }
  }
}

function* portRules({ protocol, port, endPort }: NetworkPolicyPort, at: Path): Iterable<FieldError> {
  if (!protocols.includes(protocol)) yield notSupported(at.child('protocol'), protocol, protocols);
  const end = at.child('endPort');
  if (typeof port === 'number') {
    yield* problemsAt(portProblems(port), port, at.child('port'));
    if (endPort === undefined) return;
    // The port is told where one would expect the end.
    if (endPort < port) yield invalid(end, port, 'must be greater than or equal to `port`');
    yield* problemsAt(portProblems(endPort), endPort, end);
  } else {
    if (endPort !== undefined) {
      const when = port === undefined ? '`port` is not specified' : '`port` is non-numeric';
      yield invalid(end, endPort, `may not be specified when ${when}`);
    }
    if (port !== undefined) yield* problemsAt(portNameProblems(port), port, at.child('port'));
  }
}

function* peerRules(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  at: Path,
  kept: Kept,
): Iterable<FieldError> {
  yield* validateLabelSelector(podSelector, at.child('podSelector'), kept);
  yield* validateLabelSelector(namespaceSelector, at.child('namespaceSelector'), kept);
  if (ipBlock) yield* ipBlockRules(ipBlock, at.child('ipBlock'), kept);
  if (!podSelector && !namespaceSelector && !ipBlock) yield required(at, 'must specify a peer');
  if (ipBlock && (podSelector ?? namespaceSelector)) {
    yield forbiddenAt(at, 'may not specify both ipBlock and another peer');
  }
}

function* ipBlockRules({ cidr, except = [] }: IPBlock, at: Path, { networks, rules }: Kept): Iterable<FieldError> {
  if (!cidr) return yield required(at.child('cidr'));
  if (!networks.has(cidr)) yield* problemsAt(rules.cidr(cidr), cidr, at.child('cidr'));
  const whole = parseCidr(cidr);
  if (!whole) return;
  for (const [i, text] of except.entries()) {
    const here = at.child('except').index(i);
    if (!networks.has(text)) yield* problemsAt(rules.cidr(text), text, here);
    const part = parseCidr(text);
    if (part && !contains(whole, part)) yield invalid(here, text, 'must be a strict subset of `cidr`');
  }
}

export function* networkPolicyWarnings(policy: NetworkPolicy): Iterable<string> {
  for (const { block, at } of ipBlocks(policy)) {
    for (const w of cidrWarnings(block.cidr)) yield `${String(at.child('cidr'))}: ${w}`;
    for (const [i, except] of (block.except ?? []).entries()) {
      for (const w of cidrWarnings(except)) yield `${String(at.child('except').index(i))}: ${w}`;
    }
  }
}
