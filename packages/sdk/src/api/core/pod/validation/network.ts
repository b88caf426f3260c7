import {
  dnsSubdomainProblems,
  type FieldError,
  forbiddenAt,
  invalid,
  ipProblems,
  type Path,
  problemsAt,
  required,
  tooLong,
  underscoreSubdomainProblems,
} from '../../../../machinery/index.ts';
import type { HostAlias, PodSpec } from '../pod-spec.ts';
import { containersAt } from '../containers-of.ts';
import type { PodRules } from './rules.ts';

/** What a pod is called, whom it asks for names, and what it shares with its host. */

const mostNameservers = 3;
const mostSearchPaths = 32;
const longestSearchList = 2048;
const longestHostname = 64;

export function* validateDnsConfig({ dnsConfig, dnsPolicy }: PodSpec, at: Path): Iterable<FieldError> {
  if (dnsPolicy === 'None') {
    if (!dnsConfig) return yield required(at, 'must provide `dnsConfig` when `dnsPolicy` is None');
    if (!dnsConfig.nameservers?.length) {
      yield required(at.child('nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None');
      return;
    }
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  if (nameservers.length > mostNameservers) {
    yield invalid(at.child('nameservers'), nameservers, `must not have more than ${mostNameservers} nameservers`);
  }
  for (const [i, ip] of nameservers.entries()) yield* problemsAt(ipProblems(ip), ip, at.child('nameservers').index(i));
  if (searches.length > mostSearchPaths) {
    yield invalid(at.child('searches'), searches, `must not have more than ${mostSearchPaths} search paths`);
  }
  if (searches.join(' ').length > longestSearchList) {
    const why = `must not have more than ${longestSearchList} characters (including spaces) in the search list`;
    yield invalid(at.child('searches'), searches, why);
  }
  for (const [i, search] of searches.entries()) {
    if (search === '.') continue;
    const name = search.endsWith('.') ? search.slice(0, -1) : search;
    yield* problemsAt(underscoreSubdomainProblems(name), name, at.child('searches').index(i));
  }
  for (const [i, { name }] of options.entries()) {
    if (!name) yield required(at.child('options').index(i), 'must not be empty');
  }
}

export function* validateHostAliases(aliases: readonly HostAlias[], at: Path): Iterable<FieldError> {
  for (const [i, { ip, hostnames }] of aliases.entries()) {
    yield* problemsAt(ipProblems(ip), ip, at.index(i).child('ip'));
    for (const [j, name] of (hostnames ?? []).entries()) {
      yield* problemsAt(dnsSubdomainProblems(name), name, at.index(i).child('hostnames').index(j));
    }
  }
}

export function* validateHostnameOverride(name: string, spec: PodSpec, at: Path): Iterable<FieldError> {
  const here = at.child('hostnameOverride');
  if (spec.setHostnameAsFQDN) yield forbiddenAt(here, 'may not be specified when setHostnameAsFQDN is true');
  if (spec.hostNetwork) yield forbiddenAt(here, 'may not be specified when hostNetwork is true');
  if (name.length > longestHostname) yield tooLong(here, longestHostname);
  yield* problemsAt(dnsSubdomainProblems(name), name, here);
}

/** On the host's network a container's port is the host's. */
export function* validateHostNetworkPorts(spec: PodSpec, at: Path, rules: PodRules): Iterable<FieldError> {
  for (const [i, { ports }] of (spec.containers ?? []).entries()) {
    for (const [j, { hostPort = 0, containerPort }] of (ports ?? []).entries()) {
      if (hostPort === containerPort || (hostPort === 0 && !rules.isPod)) continue;
      const here = at.child('containers').index(i).child('ports').index(j).child('hostPort');
      yield invalid(here, hostPort, 'must match `containerPort` when `hostNetwork` is true');
    }
  }
}

/** What can't be the host's when the pod's users aren't. */
export function* validateUserNamespace(spec: PodSpec, at: Path, rules: PodRules): Iterable<FieldError> {
  const refusal = 'when `hostUsers` is false';
  if (spec.hostNetwork && !rules.allowHostNetworkInUserNamespace) yield forbiddenAt(at.child('hostNetwork'), refusal);
  if (spec.hostPID) yield forbiddenAt(at.child('HostPID'), refusal);
  if (spec.hostIPC) yield forbiddenAt(at.child('HostIPC'), refusal);
  if (rules.allowDevicesInUserNamespace) return;
  for (const { container, at: here } of containersAt(spec, at)) {
    if (container.volumeDevices?.length) yield forbiddenAt(here.child('volumeDevices'), refusal);
  }
}
