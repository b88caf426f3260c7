import {
  dnsSubdomainProblems,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  notSupported,
  parseIp,
  problemsAt,
  required,
} from '../../../machinery/index.ts';
import type { RuleGates } from '../../../schema/index.ts';
import { addressRules } from '../../meta/address-rules.ts';
import { isLoadBalancer } from './needs.ts';
import type { Service } from './service.ts';

/** What a load balancer's part of the status must say. */
export function* serviceStatusRules(next: Service, old: Service, context: RuleGates): Iterable<FieldError> {
  const at = field('status', 'loadBalancer', 'ingress');
  const ingress = next.status.loadBalancer.ingress ?? [];
  if (!isLoadBalancer(next) && ingress.length) {
    yield forbiddenAt(at, "may only be used when `spec.type` is 'LoadBalancer'");
    return;
  }
  const rules = addressRules(context);
  const known = new Set(old.status.loadBalancer.ingress?.map(({ ip }) => ip));
  for (const [i, { ip = '', ipMode, hostname = '' }] of ingress.entries()) {
    const here = at.index(i);
    if (ip && !known.has(ip)) yield* problemsAt(rules.ip(ip), ip, here.child('ip'));
    const mode = here.child('ipMode');
    if (ipMode === undefined) {
      if (ip) yield required(mode, 'must be specified when `ip` is set');
    } else if (!ip) yield forbiddenAt(mode, 'may not be specified when `ip` is not set');
    else if (ipMode !== 'VIP' && ipMode !== 'Proxy') yield notSupported(mode, ipMode, ['Proxy', 'VIP']);
    if (!hostname) continue;
    yield* problemsAt(dnsSubdomainProblems(hostname), hostname, here.child('hostname'));
    if (parseIp(hostname)) yield invalid(here.child('hostname'), hostname, 'must be a DNS name, not an IP address');
  }
}
