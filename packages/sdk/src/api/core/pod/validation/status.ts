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
  notSupported,
  type Path,
  parseIp,
  problemsAt,
  qualifiedNameProblems,
  required,
  tooLong,
} from '../../../../machinery/index.ts';
import { type AddressRules, addressRules } from '../../../meta/address-rules.ts';
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
export function validatePodStatus(errors: FieldError[], next: Pod, old: Pod, { gates }: RuleContext): void {
  const { status, spec } = next;
  const { annotations } = next.metadata;
  validateAnnotationUpdates(errors, annotations, old.metadata.annotations, annotationsAt);
  if (annotations)
    validatePodAnnotations(errors, annotations, annotationsAt, { spec, rules: podRules(true, old, gates) });
  if (status.conditions) validateConditions(errors, status.conditions, at.child('conditions'));
  if (status.nominatedNodeName) validateNominatedNode(errors, status.nominatedNodeName, old, gates);
  if ((status.observedGeneration ?? 0) < 0) {
    errors.push(invalid(at.child('observedGeneration'), status.observedGeneration, 'must be a non-negative integer'));
  }
  errors.push(...immutable(status.qosClass ?? '', old.status.qosClass ?? '', at.child('qosClass')));
  validateTransitions(errors, next, old);
  if (status.resourceClaimStatuses) {
    validateClaimStatuses(errors, status.resourceClaimStatuses, spec, at.child('resourceClaimStatuses'));
  }
  if (status.extendedResourceClaimStatus) {
    validateExtendedClaim(errors, status.extendedResourceClaimStatus, spec, at.child('extendedResourceClaimStatus'));
  }
  validateNodeClaims(errors, next, at.child('nodeAllocatableResourceClaimStatuses'));
  validateIPs(errors, next, old, addressRules({ gates }));
  for (const list of lists) {
    for (const [i, { user }] of (status[list] ?? []).entries()) {
      if (user?.linux) validateUser(errors, user.linux, spec, at.child(list).index(i).child('user', 'linux'));
    }
  }
  validateAllocated(errors, status.containerStatuses, spec.containers, at.child('containerStatuses'));
  validateAllocated(errors, status.initContainerStatuses, spec.initContainers, at.child('initContainerStatuses'));
  for (const [i, { allocatedResourcesStatus }] of (status.ephemeralContainerStatuses ?? []).entries()) {
    if (!allocatedResourcesStatus?.length) continue;
    const here = at.child('ephemeralContainerStatuses').index(i).child('allocatedResourcesStatus');
    errors.push(forbiddenAt(here, 'must not be specified in container status'));
  }
}

/** Claims that are served from the node's own resources. */
function validateNodeClaims(errors: FieldError[], { spec, status }: Pod, here: Path): void {
  for (const [i, claim] of (status.nodeAllocatableResourceClaimStatuses ?? []).entries()) {
    const { resourceClaimName: name, containers = [], resources } = claim;
    const of = here.index(i);
    if (!name) errors.push(required(of.child('resourceClaimName'), 'must not be empty'));
    const known = [...(spec.resourceClaims ?? []), ...(status.resourceClaimStatuses ?? [])];
    if (!known.some(({ resourceClaimName }) => resourceClaimName === name)) {
      errors.push(invalid(of.child('resourceClaimName'), name, 'no mapping found in pod reference'));
    }
    if (!containers.length) errors.push(required(of.child('containers'), 'must not be empty'));
    const amounts = Object.entries(resources ?? {});
    if (!amounts.length) errors.push(required(of.child('resources'), 'must not be empty'));
    for (const [resource, amount] of amounts) {
      const ofResource = of.child('resources').key(resource);
      if (!isNativeResource(resource))
        errors.push(invalid(ofResource, resource, 'must be a node allocatable resource name'));
      if (compareQuantity(amount, '0') < 0) errors.push(invalid(ofResource, amount, 'must be non-negative'));
    }
  }
}

const lists = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;
type Statuses = readonly ContainerStatus[] | undefined;

const systemConditions = ['PodScheduled', 'Ready', 'Initialized'];

function validateConditions(errors: FieldError[], conditions: readonly PodCondition[], here: Path): void {
  for (const [i, { type, observedGeneration }] of conditions.entries()) {
    if ((observedGeneration ?? 0) < 0) {
      const where = here.index(i).child('observedGeneration');
      errors.push(invalid(where, observedGeneration, 'must be a non-negative integer'));
    }
    const problems = systemConditions.includes(type) ? [] : qualifiedNameProblems(type);
    if (problems.length) errors.push(...problemsAt(problems, type, here.index(i).child('Type')));
  }
}

function validateNominatedNode(errors: FieldError[], name: string, old: Pod, gates: Gates | undefined): void {
  const here = at.child('nominatedNodeName');
  if (name === old.status.nominatedNodeName) return;
  errors.push(...problemsAt(dnsSubdomainProblems(name), name, here));
  if (old.spec.nodeName && isOpen(gates, 'ClearingNominatedNodeNameAfterBinding')) {
    errors.push(forbiddenAt(here, 'may not be set on pods that are already bound to a node'));
  }
}

/** A container that ended and won't be started again stays ended. */
function validateTransitions(errors: FieldError[], next: Pod, old: Pod): void {
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
      errors.push(
        forbiddenAt(at.child(list).index(i).child('state'), 'may not be transitioned to non-terminated state'),
      );
    }
  }
}

function validateClaimStatuses(
  errors: FieldError[],
  statuses: readonly PodResourceClaimStatus[],
  spec: PodSpec,
  here: Path,
): void {
  const names = new Set<string>();
  for (const [i, { name, resourceClaimName }] of statuses.entries()) {
    const where = here.index(i);
    if (!spec.resourceClaims?.some((c) => c.name === name)) {
      errors.push(invalid(where.child('name'), name, 'must match the name of an entry in `spec.resourceClaims`'));
    }
    if (names.has(name)) errors.push(duplicate(where.child('name'), name));
    names.add(name);
    if (resourceClaimName !== undefined) {
      errors.push(
        ...problemsAt(dnsSubdomainProblems(resourceClaimName), resourceClaimName, where.child('resourceClaimName')),
      );
    }
  }
}

function validateExtendedClaim(
  errors: FieldError[],
  status: PodExtendedResourceClaimStatus,
  spec: PodSpec,
  here: Path,
): void {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const mappings = status.requestMappings ?? [];
  const list = here.child('requestMappings');
  if (!mappings.length) errors.push(required(list, 'at least one request mapping is required'));
  for (const [i, mapping] of mappings.entries()) {
    const { containerName, resourceName, requestName } = mapping;
    const where = list.index(i);
    const container = containers.find((c) => c.name === containerName);
    if (!container) {
      const why = 'must match the name of an entry in spec.initContainers.name or spec.containers.name';
      errors.push(invalid(where.child('containerName'), containerName, why));
    } else if (container.resources?.requests?.[resourceName] === undefined) {
      const why =
        'must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests';
      errors.push(invalid(where.child('resourceName'), resourceName, why));
    }
    errors.push(...problemsAt(dnsLabelProblems(requestName), requestName, here.child('requestName')));
    if (mappings.slice(0, i).some((m) => equal(m, mapping))) {
      errors.push(duplicate(where.child('containerName'), containerName));
      errors.push(duplicate(where.child('resourceName'), resourceName));
      errors.push(duplicate(where.child('requestName'), requestName));
    }
  }
  const { resourceClaimName } = status;
  const where = here.child('resourceClaimName');
  if (!resourceClaimName) errors.push(required(where));
  else errors.push(...problemsAt(dnsSubdomainProblems(resourceClaimName), resourceClaimName, where));
}

function validateIPs(errors: FieldError[], next: Pod, old: Pod, addresses: AddressRules): void {
  const { podIPs, hostIPs, hostIP: first = '' } = next.status;
  if (podIPs) validateList(errors, podIPs, old.status.podIPs, { at: at.child('podIPs'), word: podIP, addresses });
  if (!hostIPs?.length) return;
  const here = at.child('hostIPs');
  if (hostIPs[0]!.ip !== first)
    errors.push(invalid(here.index(0).child('ip'), hostIPs[0]!.ip, 'must be equal to `hostIP`'));
  validateList(errors, hostIPs, old.status.hostIPs, { at: here, word: hostIP, addresses });
}

type IP = { readonly ip: string };

function validateList(
  errors: FieldError[],
  ips: readonly IP[],
  before: readonly IP[] | undefined,
  { at: here, word, addresses }: { at: Path; word: typeof podIP | typeof hostIP; addresses: AddressRules },
): void {
  for (const [i, { ip }] of ips.entries()) {
    // What was stored may stay, however it is written.
    if (before?.some((b) => b.ip === ip)) continue;
    const problems = addresses.ip(ip);
    if (problems.length) errors.push(...problemsAt(problems, ip, here.index(i)));
  }
  const unread = ips.length > 1 ? ips.findIndex(({ ip }) => !parseIp(ip)) : -1;
  if (unread >= 0) {
    errors.push(
      internalAt(here, `failed to check for dual stack with error:invalid IP[${unread}]: ${ips[unread]!.ip}`),
    );
  }
  if (unread >= 0 || ips.length > 2 || (ips.length === 2 && ipFamily(ips[0]!.ip) === ipFamily(ips[1]!.ip))) {
    errors.push(
      invalid(
        here,
        ips.map((ip) => internalValue(word, ip as never)),
        'may specify no more than one IP for each IP family',
      ),
    );
  }
}

function validateUser(errors: FieldError[], user: LinuxContainerUser, spec: PodSpec, here: Path): void {
  const os = spec.os?.name ?? 'linux';
  if (os === 'windows') errors.push(forbiddenAt(here, 'cannot be set for a windows pod'));
  else if (os === 'linux') validateLinuxUser(errors, user, here);
}

function validateLinuxUser(
  errors: FieldError[],
  { uid, gid, supplementalGroups }: LinuxContainerUser,
  here: Path,
): void {
  validateId(errors, uid, here.child('uid'));
  validateId(errors, gid, here.child('gid'));
  for (const [i, group] of (supplementalGroups ?? []).entries()) {
    validateId(errors, group, here.child('supplementalGroups').index(i));
  }
}

function validateAllocated(
  errors: FieldError[],
  statuses: Statuses,
  containers: readonly Container[] | undefined,
  here: Path,
): void {
  for (const [i, { name, allocatedResourcesStatus }] of (statuses ?? []).entries()) {
    if (!allocatedResourcesStatus) continue;
    const container = containers?.find((c) => c.name === name);
    for (const [j, resource] of allocatedResourcesStatus.entries()) {
      const where = here.index(i).child('allocatedResourcesStatus').index(j);
      const problem = container && allocationProblem(resource.name, container);
      if (problem) errors.push(invalid(where.child('name'), resource.name, problem));
      validateHealth(errors, resource, where.child('resources'));
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

function validateHealth(errors: FieldError[], { resources }: ResourceStatus, here: Path): void {
  const ids = new Set<string>();
  for (const [k, { resourceID, health, message }] of (resources ?? []).entries()) {
    const where = here.index(k);
    const healths = ['Healthy', 'Unhealthy', 'Unknown'];
    if (!healths.includes(health ?? '')) errors.push(notSupported(where.child('health'), health ?? '', healths));
    if (message === '') errors.push(required(where.child('message'), 'must be non-empty if specified'));
    else if (message !== undefined && Buffer.byteLength(message) > longestHealthMessage) {
      errors.push(tooLong(where.child('message'), longestHealthMessage));
    }
    if (ids.has(resourceID)) errors.push(duplicate(where.child('resourceID'), resourceID));
    ids.add(resourceID);
  }
}
