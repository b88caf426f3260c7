import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  duplicate,
  emptyPath,
  type FieldError,
  forbiddenAt,
  invalid,
  notSupported,
  type ObjectMeta,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  rangeProblem,
  required,
  requiredOneOf,
} from '../../../../machinery/index.ts';
import { internalValue, validateLabels } from '../../../../schema/index.ts';
import type { PodOS, PodReadinessGate, PodSchedulingGroup, PodSchedulingGate, PodSpec } from '../pod-spec.ts';
import { type PodResourceClaim, podResourceClaim } from '../resources.ts';
import type { Volume } from '../volume.ts';
import { validateAffinity } from './affinity.ts';
import { isMirrorPod } from './annotations.ts';
import { validateContainers, validateEphemeralContainers, validateInitContainers } from './container.ts';
import { readsFileKeys, validateFileKeyVolumes } from './env.ts';
import {
  validateDnsConfig,
  validateHostAliases,
  validateHostnameOverride,
  validateHostNetworkPorts,
  validateUserNamespace,
} from './network.ts';
import { validateContainerResources, validatePodResources } from './resources.ts';
import type { PodRules } from './rules.ts';
import { validatePodSecurityContext } from './security.ts';
import { validateTolerations } from './tolerations.ts';
import { validateTopologySpread } from './topology-spread.ts';
import { validateVolumes } from './volume.ts';
import { speaksOfWindows, validateForOs, validateHostProcess } from './windows.ts';

const int32Max = 2147483647;

export interface PodSpecContext {
  readonly rules: PodRules;
  /** The metadata of the pod whose spec it is; a template's isn't. */
  readonly metadata?: ObjectMeta;
}

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const preemptionPolicies = ['PreemptLowerPriority', 'Never'];
const noClaims: ReadonlySet<string> = new Set();

/**
 * A whole pod spec, its errors in upstream's order.
 *
 * Every pod comes by here, and few fields of one are set: so, here and in the rules below, who has an object looks which of its
 * fields are there and asks only the rules of those, which so can rely on having something to judge.
 */
export function* validatePodSpec(spec: PodSpec, at: Path, { rules, metadata }: PodSpecContext): Iterable<FieldError> {
  const good = new Map<string, Volume>();
  if (spec.volumes) yield* validateVolumes(spec.volumes, at.child('volumes'), { rules, metadata, good });
  if (spec.resourceClaims) yield* validateResourceClaims(spec.resourceClaims, at.child('resourceClaims'), metadata);
  const claims = spec.resourceClaims ? new Set(spec.resourceClaims.flatMap(({ name }) => name || [])) : noClaims;
  const context = { rules, claims, spec, volumes: good };
  yield* validateContainers(at.child('containers'), context);
  if (spec.initContainers) {
    yield* validateInitContainers(spec.initContainers, at.child('initContainers'), context);
  }
  if (spec.ephemeralContainers) {
    yield* validateEphemeralContainers(spec.ephemeralContainers, at.child('ephemeralContainers'), context);
  }
  if (spec.resources) yield* validatePodResources(spec.resources, at.child('resources'), context);
  if (spec.hostNetwork) yield* validateHostNetworkPorts(spec, at, rules);
  yield* requiredOneOf(spec.restartPolicy, restartPolicies, at.child('restartPolicy'));
  yield* requiredOneOf(spec.dnsPolicy, dnsPolicies, at.child('dnsPolicy'));
  if (spec.nodeSelector) yield* validateLabels(spec.nodeSelector, at.child('nodeSelector'));
  if (spec.securityContext) {
    yield* validatePodSecurityContext(spec.securityContext, at.child('securityContext'), { spec, rules });
  }
  if (spec.affinity) yield* validateAffinity(spec.affinity, at.child('affinity'), rules);
  if (spec.dnsConfig || spec.dnsPolicy === 'None') yield* validateDnsConfig(spec, at.child('dnsConfig'));
  if (spec.readinessGates) yield* validateReadinessGates(spec.readinessGates, at.child('readinessGates'));
  if (spec.schedulingGates) yield* validateSchedulingGates(spec.schedulingGates, at.child('schedulingGates'));
  if (spec.topologySpreadConstraints) {
    yield* validateTopologySpread(spec.topologySpreadConstraints, at.child('topologySpreadConstraints'), rules);
  }
  if (speaksOfWindows(spec)) yield* validateHostProcess(spec, at);
  if (spec.hostUsers === false) yield* validateUserNamespace(spec, at, rules);
  if (spec.hostnameOverride !== undefined) yield* validateHostnameOverride(spec.hostnameOverride, spec, at);
  yield* validateNames(spec, at);
  if (spec.tolerations) yield* validateTolerations(spec.tolerations, at.child('tolerations'), rules);
  if (spec.hostAliases) yield* validateHostAliases(spec.hostAliases, at.child('hostAliases'));
  if (spec.priorityClassName) yield* validateSubdomain(spec.priorityClassName, at.child('priorityClassName'));
  if (spec.runtimeClassName !== undefined) {
    yield* validateSubdomain(spec.runtimeClassName, at.child('runtimeClassName'));
  }
  if (spec.preemptionPolicy !== undefined) {
    yield* requiredOneOf(spec.preemptionPolicy, preemptionPolicies, at.child('preemptionPolicy'));
  }
  if (spec.overhead) {
    yield* validateContainerResources({ limits: spec.overhead }, at.child('overhead'), { rules, claims });
  }
  if (spec.os) {
    yield* validateOs(spec.os, at.child('os'));
    yield* validateForOs(spec, at);
  }
  if (spec.schedulingGroup) {
    yield* validateSchedulingGroup(spec.schedulingGroup, at.child('schedulingGroup', 'podGroupName'));
  }
  if (readsFileKeys(spec)) yield* validateFileKeyVolumes(spec, at);
}

function* validateResourceClaims(
  claims: readonly PodResourceClaim[],
  at: Path,
  metadata: ObjectMeta | undefined,
): Iterable<FieldError> {
  const names = new Set<string>();
  for (const [i, claim] of claims.entries()) {
    if (metadata && isMirrorPod(metadata)) {
      yield forbiddenAt(emptyPath, 'static pods do not support resource claims');
      continue;
    }
    const here = at.index(i);
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    if (!name) yield required(here.child('name'));
    else if (names.has(name)) yield duplicate(here.child('name'), name);
    else {
      yield* problemsAt(dnsLabelProblems(name), name, here.child('name'));
      names.add(name);
    }
    const shown = internalValue(podResourceClaim, claim);
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      yield invalid(here, shown, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      yield invalid(here, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    }
    if (resourceClaimName !== undefined) {
      yield* validateSubdomain(resourceClaimName, here.child('resourceClaimName'));
    }
    if (resourceClaimTemplateName !== undefined) {
      yield* validateSubdomain(resourceClaimTemplateName, here.child('resourceClaimTemplateName'));
    }
  }
}

function* validateSchedulingGroup({ podGroupName: name }: PodSchedulingGroup, at: Path): Iterable<FieldError> {
  if (name === undefined) yield invalid(at, null, 'must specify one of: `podGroupName`');
  else yield* validateSubdomain(name, at);
}

const validateSubdomain = (name: string, at: Path): Iterable<FieldError> =>
  problemsAt(dnsSubdomainProblems(name), name, at);

function* validateReadinessGates(gates: readonly PodReadinessGate[], at: Path): Iterable<FieldError> {
  for (const [i, { conditionType }] of gates.entries()) {
    yield* problemsAt(qualifiedNameProblems(conditionType), conditionType, at.index(i).child('conditionType'));
  }
}

function* validateSchedulingGates(gates: readonly PodSchedulingGate[], at: Path): Iterable<FieldError> {
  const seen = new Set<string>();
  for (const [i, { name }] of gates.entries()) {
    yield* problemsAt(qualifiedNameProblems(name), name, at.index(i));
    if (seen.has(name)) yield duplicate(at.index(i), name);
    seen.add(name);
  }
}

function* validateNames(spec: PodSpec, at: Path): Iterable<FieldError> {
  const { serviceAccountName, nodeName, activeDeadlineSeconds: deadline, hostname, subdomain } = spec;
  if (serviceAccountName) yield* validateSubdomain(serviceAccountName, at.child('serviceAccountName'));
  if (nodeName) yield* validateSubdomain(nodeName, at.child('nodeName'));
  if (deadline !== undefined && (deadline < 1 || deadline > int32Max)) {
    yield invalid(at.child('activeDeadlineSeconds'), deadline, rangeProblem(1, int32Max));
  }
  if (hostname) yield* problemsAt(dnsLabelProblems(hostname), hostname, at.child('hostname'));
  if (subdomain) yield* problemsAt(dnsLabelProblems(subdomain), subdomain, at.child('subdomain'));
}

function* validateOs(os: PodOS, at: Path): Iterable<FieldError> {
  if (!os.name) yield required(at.child('name'));
  else if (os.name !== 'linux' && os.name !== 'windows') yield notSupported(at, os.name, ['linux', 'windows']);
}
