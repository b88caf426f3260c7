import { field, type FieldError, forbiddenAt, invalid } from '../../../machinery/index.ts';
import { isHeadless, isLoadBalancer, needsHealthCheck } from './needs.ts';
import { loadBalancerClassRules } from './rules.ts';
import type { Service } from './service.ts';

const spec = field('spec');
const fixed = 'may not change once set';

/** What may not change while a service keeps being of a kind with addresses: the first address, its family, and the like. */
export function* serviceUpdateRules(next: Service, old: Service): Iterable<FieldError> {
  if (next.spec.type !== 'ExternalName' && old.spec.type !== 'ExternalName') {
    if (!(isHeadless(old) && isHeadless(next))) yield* addressesKept(next, old);
    yield* familiesKept(next, old);
  }
  if (isLoadBalancer(old) && isLoadBalancer(next) && old.spec.loadBalancerClass !== next.spec.loadBalancerClass) {
    yield invalid(spec.child('loadBalancerClass'), next.spec.loadBalancerClass ?? null, fixed);
  }
  yield* loadBalancerClassRules(next);
  if (
    needsHealthCheck(old) &&
    needsHealthCheck(next) &&
    old.spec.healthCheckNodePort !== next.spec.healthCheckNodePort
  ) {
    yield forbiddenAt(spec.child('healthCheckNodePort'), 'field is immutable');
  }
}

function* addressesKept(next: Service, old: Service): Iterable<FieldError> {
  const [now, before] = [next.spec.clusterIPs ?? [], old.spec.clusterIPs ?? []];
  const at = spec.child('clusterIPs');
  if (now.length === before.length) {
    for (const [i, ip] of before.entries()) if (ip !== now[i]) yield invalid(at.index(i), now, fixed);
    return;
  }
  if (before.length && !now.length) yield invalid(at.index(0), now, 'primary clusterIP can not be unset');
  if (before.length && now.length && now[0] !== before[0]) yield invalid(at.index(0), now, fixed);
  if (now.length < before.length && now.length === 1) yield* singleStackNeeded(next, 'secondary clusterIP');
}

function* familiesKept(next: Service, old: Service): Iterable<FieldError> {
  const [now, before] = [next.spec.ipFamilies ?? [], old.spec.ipFamilies ?? []];
  const at = spec.child('ipFamilies').index(0);
  if (now.length === before.length) {
    for (const [i, family] of before.entries()) if (family !== now[i]) yield invalid(at, now, fixed);
    return;
  }
  if (before.length && !now.length) yield invalid(at, now, 'primary ipFamily can not be unset');
  if (before.length && now.length && now[0] !== before[0]) yield invalid(at, now, fixed);
  if (now.length < before.length && now.length === 1) yield* singleStackNeeded(next, 'secondary ipFamily');
}

function* singleStackNeeded({ spec: { ipFamilyPolicy } }: Service, released: string): Iterable<FieldError> {
  if (ipFamilyPolicy === 'SingleStack') return;
  const at = spec.child('ipFamilyPolicy');
  yield invalid(at, ipFamilyPolicy ?? null, `must be set to 'SingleStack' when releasing the ${released}`);
}
