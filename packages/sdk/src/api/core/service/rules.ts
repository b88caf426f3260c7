import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  duplicate,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  type Path,
  portNameProblems,
  portProblems,
  problemsAt,
  qualifiedNameProblems,
  required,
  requiredOneOf,
  endpointIpProblems,
  notSupported,
} from '../../../machinery/index.ts';
import { type RuleGates, validateLabels } from '../../../schema/index.ts';
import { type AddressRules, addressRules } from '../../meta/address-rules.ts';
import { clusterIpRules } from './cluster-ip-rules.ts';
import { isExternallyAccessible, isHeadless, isLoadBalancer, needsHealthCheck } from './needs.ts';
import type { ServicePort } from './service-spec.ts';
import type { Service } from './service.ts';

const spec = field('spec');
const onlyForLoadBalancers = "may only be used when `type` is 'LoadBalancer'";
const longestAffinitySeconds = 86_400;
const kubeletPort = 10250;
const protocols = ['SCTP', 'TCP', 'UDP'];

/** Upstream's ValidateService; values that the old object has already are not refused for how they are written. */
export function* serviceRules(service: Service, old: Service | undefined, context?: RuleGates): Iterable<FieldError> {
  const rules = addressRules(context);
  yield* topologyAnnotations(service);
  if (!service.spec.ports?.length && !isHeadless(service) && service.spec.type !== 'ExternalName') {
    yield required(spec.child('ports'));
  }
  yield* typeRules(service);
  const names = new Set<string>();
  const ports = service.spec.ports ?? [];
  for (const [i, p] of ports.entries()) yield* portRules(p, portsAt.index(i), { names, needsName: ports.length > 1 });
  yield* validateLabels(service.spec.selector, spec.child('selector'));
  yield* affinityRules(service);
  yield* clusterIpRules(service, old, rules);
  for (const [i, ip] of (service.spec.externalIPs ?? []).entries()) {
    const at = spec.child('externalIPs').index(i);
    const problems = old?.spec.externalIPs?.includes(ip) ? [] : rules.ip(ip);
    yield* problemsAt(problems.length ? problems : endpointIpProblems(ip), ip, at);
  }
  yield* requiredOneOf(
    service.spec.type,
    ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'],
    spec.child('type'),
  );
  yield* uniquePorts(service);
  yield* sourceRanges(service, old, rules);
  if (service.spec.allocateLoadBalancerNodePorts !== undefined && !isLoadBalancer(service)) {
    yield forbiddenAt(spec.child('allocateLoadBalancerNodePorts'), onlyForLoadBalancers);
  }
  yield* loadBalancerClassRules(service);
  yield* trafficRules(service);
}

const portsAt = spec.child('ports');
const topologyMode = 'service.kubernetes.io/topology-mode';
export const topologyHints = 'service.kubernetes.io/topology-aware-hints';

function* topologyAnnotations({ metadata: { annotations = {} } }: Service): Iterable<FieldError> {
  const { [topologyMode]: mode, [topologyHints]: hints } = annotations;
  if (mode !== undefined && hints !== undefined && mode !== hints) {
    const at = field('metadata', 'annotations').key(topologyMode);
    yield invalid(at, mode, `must match annotations[${topologyHints}] when both are specified`);
  }
}

function* typeRules(service: Service): Iterable<FieldError> {
  const { type, ports = [], clusterIPs, ipFamilies, ipFamilyPolicy, externalName = '' } = service.spec;
  if (type === 'LoadBalancer') {
    for (const [i, { port }] of ports.entries()) {
      if (port !== kubeletPort) continue;
      yield invalid(
        portsAt.index(i),
        port,
        `may not expose port ${kubeletPort} externally since it is used by kubelet`,
      );
    }
  }
  if (type === 'LoadBalancer' || type === 'NodePort') {
    const at = spec.child('clusterIPs').index(0);
    if (isHeadless(service)) yield invalid(at, 'None', `may not be set to 'None' for ${type} services`);
  } else if (type === 'ExternalName') {
    const never = 'may not be set for ExternalName services';
    if (clusterIPs?.length) yield forbiddenAt(spec.child('clusterIPs'), never);
    if (ipFamilies?.length) yield forbiddenAt(spec.child('ipFamilies'), never);
    if (ipFamilyPolicy !== undefined) yield forbiddenAt(spec.child('ipFamilyPolicy'), never);
    // A trailing dot says that the name is complete.
    const name = externalName.replace(/\.$/, '');
    if (!name) yield required(spec.child('externalName'));
    else yield* problemsAt(dnsSubdomainProblems(name), name, spec.child('externalName'));
  }
}

function* portRules(
  port: ServicePort,
  at: Path,
  { names, needsName }: { names: Set<string>; needsName: boolean },
): Iterable<FieldError> {
  const { name = '', protocol, targetPort, appProtocol } = port;
  if (name) {
    yield* problemsAt(dnsLabelProblems(name), name, at.child('name'));
    if (names.has(name)) yield duplicate(at.child('name'), name);
    names.add(name);
  } else if (needsName) yield required(at.child('name'));
  yield* problemsAt(portProblems(port.port), port.port, at.child('port'));
  yield* requiredOneOf(protocol, protocols, at.child('protocol'));
  const target = targetPort ?? 0;
  const problems = typeof target === 'number' ? portProblems(target) : portNameProblems(target);
  yield* problemsAt(problems, target, at.child('targetPort'));
  if (appProtocol !== undefined) {
    yield* problemsAt(qualifiedNameProblems(appProtocol), appProtocol, at.child('appProtocol'));
  }
}

function* affinityRules({ spec: { sessionAffinity, sessionAffinityConfig: config } }: Service): Iterable<FieldError> {
  yield* requiredOneOf(sessionAffinity, ['ClientIP', 'None'], spec.child('sessionAffinity'));
  const at = spec.child('sessionAffinityConfig');
  if (sessionAffinity === 'None' && config) {
    yield forbiddenAt(at, 'must not be set when session affinity is None');
  }
  if (sessionAffinity !== 'ClientIP') return;
  const why = 'when session affinity type is ClientIP';
  if (!config) yield required(at, why);
  else if (!config.clientIP) yield required(at.child('clientIP'), why);
  else {
    const { timeoutSeconds } = config.clientIP;
    const where = at.child('clientIP', 'timeoutSeconds');
    if (timeoutSeconds === undefined) yield required(where, why);
    else if (timeoutSeconds <= 0 || timeoutSeconds > longestAffinitySeconds) {
      yield invalid(where, timeoutSeconds, `must be greater than 0 and less than ${longestAffinitySeconds}`);
    }
  }
}

function* uniquePorts({ spec: { type, ports = [] } }: Service): Iterable<FieldError> {
  if (type === 'ClusterIP') {
    for (const [i, { nodePort }] of ports.entries()) {
      if (nodePort) yield forbiddenAt(portsAt.index(i).child('nodePort'), "may not be used when `type` is 'ClusterIP'");
    }
  }
  const nodePorts = new Set<string>();
  for (const [i, { protocol, nodePort }] of ports.entries()) {
    if (!nodePort) continue;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) yield duplicate(portsAt.index(i).child('nodePort'), nodePort);
    nodePorts.add(key);
  }
  const seen = new Set<string>();
  for (const [i, { protocol, port }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    if (seen.has(key)) {
      // Upstream shows the key it compared, under the names its members have inside it.
      const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
      yield duplicate(portsAt.index(i), shown);
    }
    seen.add(key);
  }
}

const rangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges';

function* sourceRanges(service: Service, old: Service | undefined, rules: AddressRules): Iterable<FieldError> {
  const { loadBalancerSourceRanges: ranges = [] } = service.spec;
  const annotation = service.metadata.annotations?.[rangesAnnotation];
  if (ranges.length) {
    // Upstream's path has a capital here.
    const at = spec.child('LoadBalancerSourceRanges');
    if (!isLoadBalancer(service)) yield forbiddenAt(at, onlyForLoadBalancers);
    for (const [i, range] of ranges.entries()) {
      const value = range.trim();
      if (old?.spec.loadBalancerSourceRanges?.some((r) => r.trim() === value)) continue;
      yield* problemsAt(rules.cidr(value), value, at.index(i));
    }
  } else if (annotation !== undefined) {
    const at = field('metadata', 'annotations').key(rangesAnnotation);
    if (!isLoadBalancer(service)) yield forbiddenAt(at, onlyForLoadBalancers);
    if (annotation.trim() === '' || old?.metadata.annotations?.[rangesAnnotation] === annotation) return;
    for (const range of annotation.split(',')) {
      const value = range.trim();
      yield* problemsAt(rules.cidr(value), value, at);
    }
  }
}

export function* loadBalancerClassRules(service: Service): Iterable<FieldError> {
  const { loadBalancerClass } = service.spec;
  if (loadBalancerClass === undefined) return;
  const at = spec.child('loadBalancerClass');
  if (isLoadBalancer(service)) yield* problemsAt(qualifiedNameProblems(loadBalancerClass), loadBalancerClass, at);
  else yield forbiddenAt(at, onlyForLoadBalancers);
}

function* trafficRules(service: Service): Iterable<FieldError> {
  const {
    type,
    externalTrafficPolicy = '',
    internalTrafficPolicy,
    healthCheckNodePort = 0,
    trafficDistribution,
  } = service.spec;
  const scopes = ['Cluster', 'Local'];
  const external = spec.child('externalTrafficPolicy');
  if (isExternallyAccessible(service)) yield* requiredOneOf(externalTrafficPolicy, scopes, external);
  else if (externalTrafficPolicy) {
    yield invalid(external, externalTrafficPolicy, 'may only be set for externally-accessible services');
  }
  const health = spec.child('healthCheckNodePort');
  if (needsHealthCheck(service)) {
    if (!healthCheckNodePort) yield required(health);
    else yield* problemsAt(portProblems(healthCheckNodePort), healthCheckNodePort, health);
  } else if (healthCheckNodePort) {
    const when = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    yield invalid(health, healthCheckNodePort, when);
  }
  const internal = spec.child('internalTrafficPolicy');
  if (internalTrafficPolicy === undefined) {
    if (type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer') yield required(internal);
  } else if (!scopes.includes(internalTrafficPolicy)) yield notSupported(internal, internalTrafficPolicy, scopes);
  const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  if (trafficDistribution !== undefined && !distributions.includes(trafficDistribution)) {
    yield notSupported(spec.child('trafficDistribution'), trafficDistribution, distributions);
  }
}
