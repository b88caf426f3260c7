import { type AddressRules, clusterIpRules, type Service, serviceSpec, type ServiceSpec } from '@tiphys/sdk/api';
import { equal, field, type FieldError, invalid, ipFamily } from '@tiphys/sdk/machinery';
import { setFields } from '@tiphys/sdk/schema';

const spec = field('spec');

/**
 * Settles the families of a service's addresses and how strictly they are wanted, in a cluster whose services have one family
 * (upstream's initIPFamilyFields). Changes the service; what can't be is told.
 */
export function settleFamilies(
  service: Service,
  old: Service | undefined,
  { configured, rules }: { readonly configured: 'IPv4' | 'IPv6'; readonly rules: AddressRules },
): FieldError[] {
  if (service.spec.type === 'ExternalName' || keepsPreferred(service, old)) return [];
  const set = (fields: Partial<ServiceSpec>) => setFields(serviceSpec, service.spec, fields);
  const anyBackend = service.spec.clusterIP === 'None' && !Object.keys(service.spec.selector ?? {}).length;
  if (service.spec.ipFamilyPolicy === undefined) {
    set({ ipFamilyPolicy: old?.spec.ipFamilyPolicy ?? (anyBackend ? 'RequireDualStack' : 'SingleStack') });
  }
  const early = [...clusterIpRules(service, old, rules)];
  if (early.length) return early;
  const errors = [...(old ? reduce(service, old, set) : []), ...infer(service, configured, set)];
  if (errors.length) return errors;

  const policy = service.spec.ipFamilyPolicy;
  const families = service.spec.ipFamilies ?? [];
  // Whoever writes the endpoints of such a service may have both families, whatever the cluster has.
  if (anyBackend) {
    const first = families[0] ?? configured;
    const both = policy !== 'SingleStack' && families.length < 2;
    if (both) set({ ipFamilies: [first, first === 'IPv4' ? 'IPv6' : 'IPv4'] });
    else if (!families.length) set({ ipFamilies: [first] });
    return [];
  }
  if (policy === 'RequireDualStack') {
    errors.push(
      invalid(spec.child('ipFamilyPolicy'), policy, 'this cluster is not configured for dual-stack services'),
    );
  }
  for (const [i, family] of families.entries()) {
    if (family !== configured)
      errors.push(invalid(spec.child('ipFamilies').index(i), family, 'not configured on this cluster'));
  }
  if (!errors.length && !families.length) set({ ipFamilies: [configured] });
  return errors;
}

/** A service that takes both families where it can get them stays as it is when the cluster changes. */
function keepsPreferred(service: Service, old: Service | undefined): boolean {
  if (!old || service.spec.ipFamilyPolicy !== 'PreferDualStack' || service.spec.type !== old.spec.type) return false;
  if (old.spec.ipFamilyPolicy !== undefined && old.spec.ipFamilyPolicy !== 'PreferDualStack') return false;
  return same(service, old, 'clusterIPs') && same(service, old, 'ipFamilies');
}

const same = (a: Service, b: Service, list: 'clusterIPs' | 'ipFamilies'): boolean =>
  equal(a.spec[list] ?? [], b.spec[list] ?? []);

/** Letting go of the second family needs saying so; then what was left as it was is cut for the client. */
function reduce(service: Service, old: Service, set: (fields: Partial<ServiceSpec>) => void): FieldError[] {
  const { clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = service.spec;
  if (ipFamilyPolicy === 'SingleStack') {
    if (same(service, old, 'clusterIPs') && clusterIPs.length > 1) set({ clusterIPs: clusterIPs.slice(0, 1) });
    if (same(service, old, 'ipFamilies') && ipFamilies.length > 1) set({ ipFamilies: ipFamilies.slice(0, 1) });
    return [];
  }
  const fewer = (now: readonly string[], before: readonly string[] = []) =>
    now.length > 0 && now.length < before.length;
  const must = (what: string) =>
    invalid(spec.child('ipFamilyPolicy'), ipFamilyPolicy, `must be 'SingleStack' to release the secondary ${what}`);
  return [
    ...(fewer(clusterIPs, old.spec.clusterIPs) ? [must('cluster IP')] : []),
    ...(fewer(ipFamilies, old.spec.ipFamilies) ? [must('IP family')] : []),
  ];
}

function infer(
  service: Service,
  configured: 'IPv4' | 'IPv6',
  set: (fields: Partial<ServiceSpec>) => void,
): FieldError[] {
  const { clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = service.spec;
  const errors: FieldError[] = [];
  if (ipFamilyPolicy === 'SingleStack') {
    const must = (what: string) =>
      invalid(
        spec.child('ipFamilyPolicy'),
        ipFamilyPolicy,
        `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
      );
    if (clusterIPs.length === 2) errors.push(must('cluster IPs'));
    if (ipFamilies.length === 2) errors.push(must('IP families'));
  }
  const families = [...ipFamilies];
  for (const [i, ip] of clusterIPs.entries()) {
    if (ip === 'None') break;
    if (i < families.length) continue;
    const family = ipFamily(ip)!;
    if (family === configured) families.push(family);
    else {
      const at = spec.child('clusterIPs').index(i);
      errors.push(invalid(at, clusterIPs, `${family} is not configured on this cluster`));
    }
  }
  if (families.length > ipFamilies.length) set({ ipFamilies: families });
  return errors;
}
