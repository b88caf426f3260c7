import { cidrWarnings, field, ipWarning, type Path } from '../../../machinery/index.ts';
import { isHeadless } from './needs.ts';
import { topologyHints } from './rules.ts';
import type { Service } from './service.ts';

const spec = field('spec');

/** What is allowed and yet not what somebody should write. */
export function* serviceWarnings(service: Service): Iterable<string> {
  const { metadata, spec: s } = service;
  if (metadata.annotations?.[topologyHints] !== undefined) {
    yield `annotation ${topologyHints} is deprecated, please use service.kubernetes.io/topology-mode instead`;
  }
  const { clusterIPs = [], externalIPs = [], loadBalancerIP = '', loadBalancerSourceRanges = [] } = s;
  if (isHeadless(service)) {
    if (loadBalancerIP) yield 'spec.loadBalancerIP is ignored for headless services';
    if (externalIPs.length) yield 'spec.externalIPs is ignored for headless services';
    if (s.sessionAffinity !== 'None') yield 'spec.SessionAffinity is ignored for headless services';
  } else yield* about(clusterIPs, spec.child('clusterIPs'));
  if (externalIPs.length && !isHeadless(service) && s.type !== 'ExternalName')
    yield 'spec.externalIPs is deprecated and may no longer be implemented in some clusters';
  yield* about(externalIPs, spec.child('externalIPs'));
  const balancer = ipWarning(loadBalancerIP);
  if (balancer) yield `spec.loadBalancerIP: ${balancer}`;
  for (const [i, range] of loadBalancerSourceRanges.entries()) {
    for (const w of cidrWarnings(range)) yield `spec.loadBalancerSourceRanges[${i}]: ${w}`;
  }
  if (s.type === 'ExternalName' && externalIPs.length) {
    yield 'spec.externalIPs is ignored when spec.type is "ExternalName"';
  }
  if (s.type !== 'ExternalName' && s.externalName) {
    yield 'spec.externalName is ignored when spec.type is not "ExternalName"';
  }
  if (s.trafficDistribution === 'PreferClose') {
    yield 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"';
  }
}

function* about(ips: readonly string[], at: Path): Iterable<string> {
  for (const [i, ip] of ips.entries()) {
    const warning = ipWarning(ip);
    if (warning) yield `${at.index(i).toString()}: ${warning}`;
  }
}
