import {
  dns1035LabelProblems,
  dnsSubdomainProblems,
  field,
  type FieldError,
  invalid,
  notSupported,
  pathSegmentProblems,
  portProblems,
  problemsAt,
  required,
} from '../../machinery/index.ts';
import type { APIService } from './apiservice.ts';

const spec = field('spec');
const highestGroupPriority = 20_000;
const highestVersionPriority = 1000;

/** The name says version and group. */
export function apiServiceNameProblems(name: string, { spec: { group = '', version = '' } }: APIService): string[] {
  const problems = pathSegmentProblems(name);
  const wanted = `${version}.${group}`;
  if (problems.length || name === wanted) return problems;
  return [`must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`];
}

/** Upstream's ValidateAPIService. */
export function* apiServiceRules({ spec: of }: APIService): Iterable<FieldError> {
  const { group = '', version = '', groupPriorityMinimum, versionPriority, service } = of;
  if (!group && version !== 'v1') {
    yield required(spec.child('group'), 'only v1 may have an empty group and it better be legacy kube');
  }
  if (group) yield* problemsAt(dnsSubdomainProblems(group), group, spec.child('group'));
  yield* problemsAt(dns1035LabelProblems(version), version, spec.child('version'));
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > highestGroupPriority) {
    const detail = `must be positive and less than ${highestGroupPriority}`;
    yield invalid(spec.child('groupPriorityMinimum'), groupPriorityMinimum, detail);
  }
  if (versionPriority <= 0 || versionPriority > highestVersionPriority) {
    const detail = `must be positive and less than ${highestVersionPriority}`;
    yield invalid(spec.child('versionPriority'), versionPriority, detail);
  }
  if (service) yield* remoteRules(of, service);
  else yield* localRules(of);
}

function* localRules({ caBundle, insecureSkipTLSVerify }: APIService['spec']): Iterable<FieldError> {
  if (caBundle) {
    const size = `${Buffer.from(caBundle, 'base64').length} bytes`;
    yield invalid(spec.child('caBundle'), size, 'local APIServices may not have a caBundle');
  }
  if (insecureSkipTLSVerify) {
    yield invalid(spec.child('insecureSkipTLSVerify'), true, 'local APIServices may not have insecureSkipTLSVerify');
  }
}

function* remoteRules(
  { caBundle, insecureSkipTLSVerify }: APIService['spec'],
  { namespace, name, port }: NonNullable<APIService['spec']['service']>,
): Iterable<FieldError> {
  const at = spec.child('service');
  if (!namespace) yield required(at.child('namespace'));
  if (!name) yield required(at.child('name'));
  for (const problem of portProblems(port)) yield invalid(at.child('port'), port, `port is not valid: ${problem}`);
  if (insecureSkipTLSVerify && caBundle) {
    yield invalid(spec.child('insecureSkipTLSVerify'), true, 'may not be true if caBundle is present');
  }
}

export function* apiServiceStatusRules({ status }: APIService): Iterable<FieldError> {
  for (const [i, { status: value }] of (status.conditions ?? []).entries()) {
    const at = field('status', 'conditions').index(i).child('status');
    if (!['True', 'False', 'Unknown'].includes(value)) yield notSupported(at, value, ['True', 'False', 'Unknown']);
  }
}
