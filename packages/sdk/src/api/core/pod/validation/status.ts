import {
  compareQuantity,
  dnsLabelProblems,
  dnsSubdomainProblems,
  duplicate,
  equal,
  field,
  type FieldError,
  forbiddenAt,
  immutable,
  internalAt,
  invalid,
  ipFamily,
  ipProblems,
  notSupported,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
  tooLong,
} from '../../../../machinery/index.ts';
import { type Gates, internalValue, type RuleContext } from '../../../../schema/index.ts';
import { isOpen } from '../../../meta/field-gates.ts';
import type { Container } from '../container.ts';
import type { ContainerStatus, LinuxContainerUser, ResourceStatus } from '../container-status.ts';
import type { Pod } from '../pod.ts';
import type { PodSpec } from '../pod-spec.ts';
import {
  hostIP,
  podIP,
  type PodCondition,
  type PodExtendedResourceClaimStatus,
  type PodResourceClaimStatus,
} from '../pod-status.ts';
import { validateAnnotationUpdates, validatePodAnnotations } from './annotations.ts';
import { shouldRestart } from './restart.ts';
import { isNativeResource } from './resource-name.ts';
import { podRules } from './rules.ts';
import { validateId } from './security.ts';

const at = field('status');
const annotationsAt = field('metadata', 'annotations');

/** What a kubelet, or whoever plays one, says of a pod. */
export function* validatePodStatus(next: Pod, old: Pod, { gates }: RuleContext): Iterable<FieldError> {
  const { status, spec } = next;
  const { annotations } = next.metadata;
  yield* validateAnnotationUpdates(annotations, old.metadata.annotations, annotationsAt);
  if (annotations)
    yield* validatePodAnnotations(annotations, annotationsAt, { spec, rules: podRules(true, old, gates) });
  if (status.conditions) yield* validateConditions(status.conditions, at.child('conditions'));
  if (status.nominatedNodeName) yield* validateNominatedNode(status.nominatedNodeName, old, gates);
  if ((status.observedGeneration ?? 0) < 0) {
    yield invalid(at.child('observedGeneration'), status.observedGeneration, 'must be a non-negative integer');
  }
  yield* immutable(status.qosClass ?? '', old.status.qosClass ?? '', at.child('qosClass'));
  yield* validateTransitions(next, old);
  if (status.resourceClaimStatuses) {
    yield* validateClaimStatuses(status.resourceClaimStatuses, spec, at.child('resourceClaimStatuses'));
  }
  if (status.extendedResourceClaimStatus) {
    yield* validateExtendedClaim(status.extendedResourceClaimStatus, spec, at.child('extendedResourceClaimStatus'));
  }
  yield* validateNodeClaims(next, at.child('nodeAllocatableResourceClaimStatuses'));
  yield* validateIPs(next, old);
  for (const list of lists) {
    for (const [i, { user }] of (status[list] ?? []).entries()) {
      if (user?.linux) yield* validateUser(user.linux, spec, at.child(list).index(i).child('user', 'linux'));
    }
  }
  yield* validateAllocated(status.containerStatuses, spec.containers, at.child('containerStatuses'));
  yield* validateAllocated(status.initContainerStatuses, spec.initContainers, at.child('initContainerStatuses'));
  for (const [i, { allocatedResourcesStatus }] of (status.ephemeralContainerStatuses ?? []).entries()) {
    if (!allocatedResourcesStatus?.length) continue;
    const here = at.child('ephemeralContainerStatuses').index(i).child('allocatedResourcesStatus');
    yield forbiddenAt(here, 'must not be specified in container status');
  }
}

/** Claims that are served from the node's own resources. */
function* validateNodeClaims({ spec, status }: Pod, here: Path): Iterable<FieldError> {
  for (const [i, claim] of (status.nodeAllocatableResourceClaimStatuses ?? []).entries()) {
    const { resourceClaimName: name, containers = [], resources } = claim;
    const of = here.index(i);
    if (!name) yield required(of.child('resourceClaimName'), 'must not be empty');
    const known = [...(spec.resourceClaims ?? []), ...(status.resourceClaimStatuses ?? [])];
    if (!known.some(({ resourceClaimName }) => resourceClaimName === name)) {
      yield invalid(of.child('resourceClaimName'), name, 'no mapping found in pod reference');
    }
    if (!containers.length) yield required(of.child('containers'), 'must not be empty');
    const amounts = Object.entries(resources ?? {});
    if (!amounts.length) yield required(of.child('resources'), 'must not be empty');
    for (const [resource, amount] of amounts) {
      const ofResource = of.child('resources').key(resource);
      if (!isNativeResource(resource)) yield invalid(ofResource, resource, 'must be a node allocatable resource name');
      if (compareQuantity(amount, '0') < 0) yield invalid(ofResource, amount, 'must be non-negative');
    }
  }
}

const lists = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;
type Statuses = readonly ContainerStatus[] | undefined;

const systemConditions = ['PodScheduled', 'Ready', 'Initialized'];

function* validateConditions(conditions: readonly PodCondition[], here: Path): Iterable<FieldError> {
  for (const [i, { type, observedGeneration }] of conditions.entries()) {
    if ((observedGeneration ?? 0) < 0) {
      const where = here.index(i).child('observedGeneration');
      yield invalid(where, observedGeneration, 'must be a non-negative integer');
    }
    const problems = systemConditions.includes(type) ? [] : qualifiedNameProblems(type);
    if (problems.length) yield* problemsAt(problems, type, here.index(i).child('Type'));
  }
}

function* validateNominatedNode(name: string, old: Pod, gates: Gates | undefined): Iterable<FieldError> {
  const here = at.child('nominatedNodeName');
  if (name === old.status.nominatedNodeName) return;
  yield* problemsAt(dnsSubdomainProblems(name), name, here);
  if (old.spec.nodeName && isOpen(gates, 'ClearingNominatedNodeNameAfterBinding')) {
    yield forbiddenAt(here, 'may not be set on pods that are already bound to a node');
  }
}

/** A container that ended and won't be started again stays ended. */
function* validateTransitions(next: Pod, old: Pod): Iterable<FieldError> {
  const { initContainers = [] } = old.spec;
  const containers = old.spec.containers ?? [];
  const restartsAll = [...containers, ...initContainers].some((c) =>
    c.restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers'),
  );
  for (const list of lists) {
    if (restartsAll && list !== 'ephemeralContainerStatuses') continue;
    const declared = list === 'containerStatuses' ? containers : list === 'initContainerStatuses' ? initContainers : [];
    for (const [i, { name, state }] of (old.status[list] ?? []).entries()) {
      if (!state?.terminated) continue;
      const now = next.status[list]?.find((s) => s.name === name);
      if (!now || now.state?.terminated) continue;
      const container = declared.find((c) => c.name === name);
      if (container && shouldRestart(container, old.spec, state.terminated.exitCode)) continue;
      yield forbiddenAt(at.child(list).index(i).child('state'), 'may not be transitioned to non-terminated state');
    }
  }
}

function* validateClaimStatuses(
  statuses: readonly PodResourceClaimStatus[],
  spec: PodSpec,
  here: Path,
): Iterable<FieldError> {
  const names = new Set<string>();
  for (const [i, { name, resourceClaimName }] of statuses.entries()) {
    const where = here.index(i);
    if (!spec.resourceClaims?.some((c) => c.name === name)) {
      yield invalid(where.child('name'), name, 'must match the name of an entry in `spec.resourceClaims`');
    }
    if (names.has(name)) yield duplicate(where.child('name'), name);
    names.add(name);
    if (resourceClaimName !== undefined) {
      yield* problemsAt(dnsSubdomainProblems(resourceClaimName), resourceClaimName, where.child('resourceClaimName'));
    }
  }
}

function* validateExtendedClaim(
  status: PodExtendedResourceClaimStatus,
  spec: PodSpec,
  here: Path,
): Iterable<FieldError> {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const mappings = status.requestMappings ?? [];
  const list = here.child('requestMappings');
  if (!mappings.length) yield required(list, 'at least one request mapping is required');
  for (const [i, mapping] of mappings.entries()) {
    const { containerName, resourceName, requestName } = mapping;
    const where = list.index(i);
    const container = containers.find((c) => c.name === containerName);
    if (!container) {
      const why = 'must match the name of an entry in spec.initContainers.name or spec.containers.name';
      yield invalid(where.child('containerName'), containerName, why);
    } else if (container.resources?.requests?.[resourceName] === undefined) {
      const why =
        'must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests';
      yield invalid(where.child('resourceName'), resourceName, why);
    }
    yield* problemsAt(dnsLabelProblems(requestName), requestName, here.child('requestName'));
    if (mappings.slice(0, i).some((m) => equal(m, mapping))) {
      yield duplicate(where.child('containerName'), containerName);
      yield duplicate(where.child('resourceName'), resourceName);
      yield duplicate(where.child('requestName'), requestName);
    }
  }
  const { resourceClaimName } = status;
  const where = here.child('resourceClaimName');
  if (!resourceClaimName) yield required(where);
  else yield* problemsAt(dnsSubdomainProblems(resourceClaimName), resourceClaimName, where);
}

function* validateIPs(next: Pod, old: Pod): Iterable<FieldError> {
  const { podIPs, hostIPs, hostIP: first = '' } = next.status;
  if (podIPs) yield* validateList(podIPs, old.status.podIPs, { at: at.child('podIPs'), word: podIP });
  if (!hostIPs?.length) return;
  const here = at.child('hostIPs');
  if (hostIPs[0]!.ip !== first) yield invalid(here.index(0).child('ip'), hostIPs[0]!.ip, 'must be equal to `hostIP`');
  yield* validateList(hostIPs, old.status.hostIPs, { at: here, word: hostIP });
}

type IP = { readonly ip: string };
const isNoAddress = (problem: string): boolean => problem.startsWith('must be a valid IP address');

function* validateList(
  ips: readonly IP[],
  before: readonly IP[] | undefined,
  { at: here, word }: { at: Path; word: typeof podIP | typeof hostIP },
): Iterable<FieldError> {
  for (const [i, { ip }] of ips.entries()) {
    // What was stored may stay, however it is written.
    if (before?.some((b) => b.ip === ip)) continue;
    const problems = ipProblems(ip);
    if (problems.length) yield* problemsAt(problems, ip, here.index(i));
  }
  const unread = ips.length > 1 ? ips.findIndex(({ ip }) => ipProblems(ip).some(isNoAddress)) : -1;
  if (unread >= 0) {
    yield internalAt(here, `failed to check for dual stack with error:invalid IP[${unread}]: ${ips[unread]!.ip}`);
  }
  if (unread >= 0 || ips.length > 2 || (ips.length === 2 && ipFamily(ips[0]!.ip) === ipFamily(ips[1]!.ip))) {
    yield invalid(
      here,
      ips.map((ip) => internalValue(word, ip as never)),
      'may specify no more than one IP for each IP family',
    );
  }
}

function* validateUser(user: LinuxContainerUser, spec: PodSpec, here: Path): Iterable<FieldError> {
  const os = spec.os?.name ?? 'linux';
  if (os === 'windows') yield forbiddenAt(here, 'cannot be set for a windows pod');
  else if (os === 'linux') yield* validateLinuxUser(user, here);
}

function* validateLinuxUser({ uid, gid, supplementalGroups }: LinuxContainerUser, here: Path): Iterable<FieldError> {
  yield* validateId(uid, here.child('uid'));
  yield* validateId(gid, here.child('gid'));
  for (const [i, group] of (supplementalGroups ?? []).entries()) {
    yield* validateId(group, here.child('supplementalGroups').index(i));
  }
}

function* validateAllocated(
  statuses: Statuses,
  containers: readonly Container[] | undefined,
  here: Path,
): Iterable<FieldError> {
  for (const [i, { name, allocatedResourcesStatus }] of (statuses ?? []).entries()) {
    if (!allocatedResourcesStatus) continue;
    const container = containers?.find((c) => c.name === name);
    for (const [j, resource] of allocatedResourcesStatus.entries()) {
      const where = here.index(i).child('allocatedResourcesStatus').index(j);
      const problem = container && allocationProblem(resource.name, container);
      if (problem) yield invalid(where.child('name'), resource.name, problem);
      yield* validateHealth(resource, where.child('resources'));
    }
  }
}

function allocationProblem(name: string, { resources }: Container): string | undefined {
  if (!name.startsWith('claim:')) {
    const asked = Object.keys(resources?.requests ?? {}).includes(name);
    return asked ? undefined : "must match one of the container's resource requests";
  }
  const claims = (resources?.claims ?? []).map((c) => `claim:${c.name}${c.request ? `/${c.request}` : ''}`);
  return claims.includes(name)
    ? undefined
    : "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";
}

const longestHealthMessage = 1024;

function* validateHealth({ resources }: ResourceStatus, here: Path): Iterable<FieldError> {
  const ids = new Set<string>();
  for (const [k, { resourceID, health, message }] of (resources ?? []).entries()) {
    const where = here.index(k);
    const healths = ['Healthy', 'Unhealthy', 'Unknown'];
    if (!healths.includes(health ?? '')) yield notSupported(where.child('health'), health ?? '', healths);
    if (message === '') yield required(where.child('message'), 'must be non-empty if specified');
    else if (message !== undefined && Buffer.byteLength(message) > longestHealthMessage) {
      yield tooLong(where.child('message'), longestHealthMessage);
    }
    if (ids.has(resourceID)) yield duplicate(where.child('resourceID'), resourceID);
    ids.add(resourceID);
  }
}
