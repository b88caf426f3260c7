import {
  duplicate,
  field,
  type FieldError,
  internalAt,
  invalid,
  ipFamily,
  notSupported,
  oneOfThese,
  problemsAt,
  required,
} from '../../../machinery/index.ts';
import type { AddressRules } from '../../meta/address-rules.ts';
import { isHeadless } from './needs.ts';
import type { Service } from './service.ts';

const spec = field('spec');
const clusterIPsAt = spec.child('clusterIPs');

/**
 * Whether addresses, families and policy of a service agree with each other (upstream's ValidateServiceClusterIPsRelatedFields).
 * Asked before addresses are allocated, and again with everything else.
 */
export function* clusterIpRules(service: Service, old: Service | undefined, rules: AddressRules): Iterable<FieldError> {
  const { type, clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = service.spec;
  if (type === 'ExternalName') return;

  if (!clusterIP) {
    if (clusterIPs.length) yield invalid(clusterIPsAt, clusterIPs, 'must be empty when `clusterIP` is not specified');
  } else if (!clusterIPs.length) yield required(clusterIPsAt);
  else if (clusterIPs[0] !== clusterIP) yield invalid(clusterIPsAt, clusterIPs, 'first value must match `clusterIP`');

  const seen = new Set<string>();
  for (const [i, family] of ipFamilies.entries()) {
    const at = spec.child('ipFamilies').index(i);
    if (family !== 'IPv4' && family !== 'IPv6') yield notSupported(at, family, ['IPv4', 'IPv6']);
    if (seen.has(family)) yield duplicate(at, family);
    seen.add(family);
  }
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  yield* oneOfThese(ipFamilyPolicy, policies, spec.child('ipFamilyPolicy'));

  let wellFormed = true;
  for (const [i, ip] of clusterIPs.entries()) {
    if (i === 0 && ip === 'None') {
      if (clusterIPs.length === 1) continue;
      wellFormed = false;
      yield invalid(clusterIPsAt, clusterIPs, "'None' must be the first and only value");
      continue;
    }
    if (old?.spec.clusterIPs?.includes(ip)) continue;
    const problems = rules.ip(ip);
    wellFormed &&= !problems.length;
    yield* problemsAt(problems, ip, clusterIPsAt.index(i));
  }
  if (clusterIPs.length > 2) yield invalid(clusterIPsAt, clusterIPs, 'may only hold up to 2 values');
  // What follows would only say odd things about addresses that are none.
  if (!wellFormed) return;

  const families = clusterIPs.map(ipFamily);
  const unread = clusterIPs.length > 1 ? families.indexOf(undefined) : -1;
  if (unread >= 0) {
    const why = `failed to check for dual stack with error:invalid IP[${unread}]: ${clusterIPs[unread]!}`;
    yield internalAt(clusterIPsAt, why);
  }
  if (clusterIPs.length > 1 && !(families.includes('IPv4') && families.includes('IPv6'))) {
    yield invalid(clusterIPsAt, clusterIPs, 'may specify no more than one IP for each IP family');
  }
  if (isHeadless(service)) return;
  for (const [i, ip] of clusterIPs.entries()) {
    const wanted = ipFamilies[i];
    // What was stored and is no address at all counts as one of the older family.
    const found = families[i] ?? 'IPv4';
    if ((wanted === 'IPv4' || wanted === 'IPv6') && found !== wanted) {
      const why = `expected an ${wanted} value as indicated by \`ipFamilies[${i}]\``;
      yield invalid(clusterIPsAt.index(i), ip, why);
    }
  }
}
