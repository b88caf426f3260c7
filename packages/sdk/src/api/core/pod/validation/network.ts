import {
  dnsSubdomainProblems,
  type FieldError,
  forbiddenAt,
  invalid,
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

export function validateDnsConfig(
  errors: FieldError[],
  { dnsConfig, dnsPolicy }: PodSpec,
  at: Path,
  { addresses }: PodRules,
): void {
  if (dnsPolicy === 'None') {
    if (!dnsConfig) return void errors.push(required(at, 'must provide `dnsConfig` when `dnsPolicy` is None'));
    if (!dnsConfig.nameservers?.length) {
      errors.push(
        required(at.child('nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None'),
      );
      return;
    }
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  if (nameservers.length > mostNameservers) {
    errors.push(
      invalid(at.child('nameservers'), nameservers, `must not have more than ${mostNameservers} nameservers`),
    );
  }
  for (const [i, ip] of nameservers.entries())
    errors.push(...problemsAt(addresses.ip(ip), ip, at.child('nameservers').index(i)));
  if (searches.length > mostSearchPaths) {
    errors.push(invalid(at.child('searches'), searches, `must not have more than ${mostSearchPaths} search paths`));
  }
  if (searches.join(' ').length > longestSearchList) {
    const why = `must not have more than ${longestSearchList} characters (including spaces) in the search list`;
    errors.push(invalid(at.child('searches'), searches, why));
  }
  for (const [i, search] of searches.entries()) {
    if (search === '.') continue;
    const name = search.endsWith('.') ? search.slice(0, -1) : search;
    errors.push(...problemsAt(underscoreSubdomainProblems(name), name, at.child('searches').index(i)));
  }
  for (const [i, { name }] of options.entries()) {
    if (!name) errors.push(required(at.child('options').index(i), 'must not be empty'));
  }
}

export function validateHostAliases(
  errors: FieldError[],
  aliases: readonly HostAlias[],
  at: Path,
  { addresses }: PodRules,
): void {
  for (const [i, { ip, hostnames }] of aliases.entries()) {
    errors.push(...problemsAt(addresses.ip(ip), ip, at.index(i).child('ip')));
    for (const [j, name] of (hostnames ?? []).entries()) {
      errors.push(...problemsAt(dnsSubdomainProblems(name), name, at.index(i).child('hostnames').index(j)));
    }
  }
}

export function validateHostnameOverride(errors: FieldError[], name: string, spec: PodSpec, at: Path): void {
  const here = at.child('hostnameOverride');
  if (spec.setHostnameAsFQDN) errors.push(forbiddenAt(here, 'may not be specified when setHostnameAsFQDN is true'));
  if (spec.hostNetwork) errors.push(forbiddenAt(here, 'may not be specified when hostNetwork is true'));
  if (name.length > longestHostname) errors.push(tooLong(here, longestHostname));
  errors.push(...problemsAt(dnsSubdomainProblems(name), name, here));
}

/** On the host's network a container's port is the host's. */
export function validateHostNetworkPorts(errors: FieldError[], spec: PodSpec, at: Path, rules: PodRules): void {
  for (const [i, { ports }] of (spec.containers ?? []).entries()) {
    for (const [j, { hostPort = 0, containerPort }] of (ports ?? []).entries()) {
      if (hostPort === containerPort || (hostPort === 0 && !rules.isPod)) continue;
      const here = at.child('containers').index(i).child('ports').index(j).child('hostPort');
      errors.push(invalid(here, hostPort, 'must match `containerPort` when `hostNetwork` is true'));
    }
  }
}

/** What can't be the host's when the pod's users aren't. */
export function validateUserNamespace(errors: FieldError[], spec: PodSpec, at: Path, rules: PodRules): void {
  const refusal = 'when `hostUsers` is false';
  if (spec.hostNetwork && !rules.allowHostNetworkInUserNamespace)
    errors.push(forbiddenAt(at.child('hostNetwork'), refusal));
  if (spec.hostPID) errors.push(forbiddenAt(at.child('HostPID'), refusal));
  if (spec.hostIPC) errors.push(forbiddenAt(at.child('HostIPC'), refusal));
  if (rules.allowDevicesInUserNamespace) return;
  for (const { container, at: here } of containersAt(spec, at)) {
    if (container.volumeDevices?.length) errors.push(forbiddenAt(here.child('volumeDevices'), refusal));
  }
}
