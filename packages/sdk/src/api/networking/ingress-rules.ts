import {
  asGiven,
  dns1035LabelProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  field,
  type FieldError,
  invalid,
  ipWarning,
  isRefused,
  notSupported,
  parseIp,
  type Path,
  pathSegmentProblems,
  portNameProblems,
  portProblems,
  problemsAt,
  required,
  wildcardSubdomainProblems,
} from '../../machinery/index.ts';
import type { RuleGates } from '../../schema/index.ts';
import { addressRules } from '../meta/address-rules.ts';
import { isOpen } from '../meta/field-gates.ts';
import type { TypedLocalObjectReference } from '../core/object-reference.ts';
import type { HTTPIngressPath, Ingress, IngressBackend, IngressRule, IngressSpec, IngressTLS } from './ingress.ts';

export const ingressClassAnnotation = 'kubernetes.io/ingress.class';
const spec = field('spec');

/** How services may be called. */
interface Names {
  readonly digitsFirst: boolean;
}

/** What was let through once may stay. */
interface Kept extends Names {
  readonly secretNames: boolean;
  readonly wildcardRules: boolean;
}

const strictly: Names = { digitsFirst: false };

const serviceNameProblems = (name: string, { digitsFirst }: Names): string[] =>
  digitsFirst ? dnsLabelProblems(name) : dns1035LabelProblems(name);

/** Whether a service is named that has such a name only where names may begin with digits. */
const namesDigitsFirst = ({ defaultBackend, rules = [] }: IngressSpec): boolean =>
  [defaultBackend, ...rules.flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend))].some(
    (backend) =>
      backend?.service &&
      !dnsLabelProblems(backend.service.name).length &&
      dns1035LabelProblems(backend.service.name).length,
  );

export function* ingressRules(
  next: Ingress,
  old: Ingress | undefined,
  { gates }: RuleGates = {},
): Iterable<FieldError> {
  const kept = {
    secretNames: old?.spec.tls?.some(({ secretName }) => secretProblems(secretName).length > 0) ?? false,
    wildcardRules:
      old?.spec.rules?.some((r) => isWildcard(r) && isRefused(pathsRules(r, field(''), strictly))) ?? false,
    digitsFirst: isOpen(gates, 'RelaxedServiceNameValidation') || (old !== undefined && namesDigitsFirst(old.spec)),
  };
  yield* specRules(next.spec, kept);
  if (old) return;
  const { ingressClassName } = next.spec;
  const annotation = next.metadata.annotations?.[ingressClassAnnotation];
  if (annotation !== undefined && ingressClassName !== undefined && annotation !== ingressClassName) {
    const why = 'must match `ingressClassName` when both are specified';
    yield invalid(field('annotations', ingressClassAnnotation), annotation, why);
  }
}

function* specRules(written: IngressSpec, kept: Kept): Iterable<FieldError> {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = written;
  if (!rules.length && !defaultBackend) {
    yield invalid(spec, asGiven(written, 'rules'), 'either `defaultBackend` or `rules` must be specified');
  }
  if (defaultBackend) yield* backendRules(defaultBackend, spec.child('defaultBackend'), kept);
  for (const [i, rule] of rules.entries()) {
    const here = spec.child('rules').index(i);
    yield* hostRules(rule, here.child('host'));
    if (!isWildcard(rule) || !kept.wildcardRules) yield* pathsRules(rule, here, kept);
  }
  for (const [i, one] of tls.entries()) yield* tlsRules(one, spec.child('tls').index(i), kept);
  if (ingressClassName !== undefined) {
    yield* problemsAt(dnsSubdomainProblems(ingressClassName), ingressClassName, spec.child('ingressClassName'));
  }
}

const isWildcard = ({ host = '' }: IngressRule): boolean => host.includes('*');
const hostProblems = (host: string): string[] =>
  host.includes('*') ? wildcardSubdomainProblems(host) : dnsSubdomainProblems(host);
const notAnAddress = 'must be a DNS name, not an IP address';
const secretProblems = (name = ''): string[] => (name ? dnsSubdomainProblems(name) : []);

function* hostRules({ host }: IngressRule, at: Path): Iterable<FieldError> {
  if (!host) return;
  if (parseIp(host)) yield invalid(at, host, notAnAddress);
  yield* problemsAt(hostProblems(host), host, at);
}

function* tlsRules({ hosts = [], secretName }: IngressTLS, at: Path, kept: Kept): Iterable<FieldError> {
  for (const [i, host] of hosts.entries()) yield* problemsAt(hostProblems(host), host, at.child('hosts').index(i));
  if (!kept.secretNames) yield* problemsAt(secretProblems(secretName), secretName, at.child('secretName'));
}

function* pathsRules({ http }: IngressRule, at: Path, names: Names): Iterable<FieldError> {
  if (!http) return;
  const here = at.child('http', 'paths');
  if (!http.paths?.length) yield required(here);
  for (const [i, path] of (http.paths ?? []).entries()) yield* pathRules(path, here.index(i), names);
}

function* pathRules({ path = '', pathType, backend }: HTTPIngressPath, at: Path, names: Names): Iterable<FieldError> {
  const here = at.child('path');
  if (pathType === null) return yield required(at.child('pathType'), 'pathType must be specified');
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!path.startsWith('/')) yield invalid(here, path, 'must be an absolute path');
    for (const part of ['//', '/./', '/../', '%2f', '%2F']) {
      if (path.includes(part)) yield invalid(here, path, `must not contain '${part}'`);
    }
    for (const end of ['/..', '/.']) if (path.endsWith(end)) yield invalid(here, path, `cannot end with '${end}'`);
  } else if (pathType === 'ImplementationSpecific') {
    if (path && !path.startsWith('/')) yield invalid(here, path, 'must be an absolute path');
  } else yield notSupported(at.child('pathType'), pathType, ['Exact', 'ImplementationSpecific', 'Prefix']);
  yield* backendRules(backend, at.child('backend'), names);
}

function* backendRules({ service, resource }: IngressBackend, at: Path, names: Names): Iterable<FieldError> {
  if (service && resource) yield invalid(at, '', 'cannot set both resource and service backends');
  else if (resource) yield* referenceRules(resource, at.child('resource'));
  else if (!service) yield invalid(at, '', 'resource or service backend is required');
  else {
    const name = at.child('service', 'name');
    if (!service.name) yield required(name);
    else yield* problemsAt(serviceNameProblems(service.name, names), service.name, name);
    const { name: portName, number } = service.port;
    if (portName && number) yield invalid(at, '', 'cannot set both port name & port number');
    else if (portName) yield* problemsAt(portNameProblems(portName), portName, at.child('service', 'port', 'name'));
    else if (number) yield* problemsAt(portProblems(number), number, at.child('service', 'port', 'number'));
    else yield required(at, 'port name or number is required');
  }
}

/** What is referred to by group, kind and name, each fit to stand in a path. */
export function* referenceRules({ apiGroup, kind, name }: TypedLocalObjectReference, at: Path): Iterable<FieldError> {
  if (apiGroup !== null && apiGroup !== undefined) {
    yield* problemsAt(dnsSubdomainProblems(apiGroup), apiGroup, at.child('apiGroup'));
  }
  yield* segmentRules(kind, at.child('kind'));
  yield* segmentRules(name, at.child('name'));
}

export function* segmentRules(value: string | undefined, at: Path): Iterable<FieldError> {
  if (!value) yield required(at);
  else yield* problemsAt(pathSegmentProblems(value), value, at);
}

const ingressOf = ({ status }: Ingress) => status.loadBalancer.ingress ?? [];
const addresses = field('status', 'loadBalancer', 'ingress');

export function* ingressStatusRules(next: Ingress, old: Ingress, context: RuleGates): Iterable<FieldError> {
  const rules = addressRules(context);
  const known = new Set(ingressOf(old).map(({ ip }) => ip));
  for (const [i, { ip, hostname }] of ingressOf(next).entries()) {
    const here = addresses.index(i);
    if (ip && !known.has(ip)) yield* problemsAt(rules.ip(ip), ip, here.child('ip'));
    if (!hostname) continue;
    yield* problemsAt(dnsSubdomainProblems(hostname), hostname, here.child('hostname'));
    if (parseIp(hostname)) yield invalid(here.child('hostname'), hostname, notAnAddress);
  }
}

export function* ingressStatusWarnings(next: Ingress): Iterable<string> {
  for (const [i, { ip }] of ingressOf(next).entries()) {
    const warning = ip && ipWarning(ip);
    if (warning) yield `${String(addresses.index(i))}: ${warning}`;
  }
}
