import {
  addAll,
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
 * A whole pod spec, its errors in upstream's order. A pod's rules all put theirs at the end of the list they are given.
 *
 * Every pod comes by here, and few fields of one are set: so, here and in the rules below, who has an object looks which of its
 * fields are there and asks only the rules of those, which so can rely on having something to judge.
 */
export function validatePodSpec(
  errors: FieldError[],
  spec: PodSpec,
  at: Path,
  { rules, metadata }: PodSpecContext,
): void {
  const good = new Map<string, Volume>();
  if (spec.volumes) validateVolumes(errors, spec.volumes, at.child('volumes'), { rules, metadata, good });
  if (spec.resourceClaims) validateResourceClaims(errors, spec.resourceClaims, at.child('resourceClaims'), metadata);
  const claims = spec.resourceClaims ? new Set(spec.resourceClaims.flatMap(({ name }) => name || [])) : noClaims;
  const context = { rules, claims, spec, volumes: good };
  validateContainers(errors, at.child('containers'), context);
  if (spec.initContainers) {
    validateInitContainers(errors, spec.initContainers, at.child('initContainers'), context);
  }
  if (spec.ephemeralContainers) {
    validateEphemeralContainers(errors, spec.ephemeralContainers, at.child('ephemeralContainers'), context);
  }
  if (spec.resources) validatePodResources(errors, spec.resources, at.child('resources'), context);
  if (spec.hostNetwork) validateHostNetworkPorts(errors, spec, at, rules);
  errors.push(...requiredOneOf(spec.restartPolicy, restartPolicies, at.child('restartPolicy')));
  errors.push(...requiredOneOf(spec.dnsPolicy, dnsPolicies, at.child('dnsPolicy')));
  if (spec.nodeSelector) addAll(errors, validateLabels(spec.nodeSelector, at.child('nodeSelector')));
  if (spec.securityContext) {
    validatePodSecurityContext(errors, spec.securityContext, at.child('securityContext'), { spec, rules });
  }
  if (spec.affinity) validateAffinity(errors, spec.affinity, at.child('affinity'), rules);
  if (spec.dnsConfig || spec.dnsPolicy === 'None') validateDnsConfig(errors, spec, at.child('dnsConfig'), rules);
  if (spec.readinessGates) validateReadinessGates(errors, spec.readinessGates, at.child('readinessGates'));
  if (spec.schedulingGates) validateSchedulingGates(errors, spec.schedulingGates, at.child('schedulingGates'));
  if (spec.topologySpreadConstraints) {
    validateTopologySpread(errors, spec.topologySpreadConstraints, at.child('topologySpreadConstraints'), rules);
  }
  if (speaksOfWindows(spec)) validateHostProcess(errors, spec, at);
  if (spec.hostUsers === false) validateUserNamespace(errors, spec, at, rules);
  if (spec.hostnameOverride !== undefined) validateHostnameOverride(errors, spec.hostnameOverride, spec, at);
  validateNames(errors, spec, at);
  if (spec.tolerations) validateTolerations(errors, spec.tolerations, at.child('tolerations'), rules);
  if (spec.hostAliases) validateHostAliases(errors, spec.hostAliases, at.child('hostAliases'), rules);
  if (spec.priorityClassName) errors.push(...validateSubdomain(spec.priorityClassName, at.child('priorityClassName')));
  if (spec.runtimeClassName !== undefined) {
    errors.push(...validateSubdomain(spec.runtimeClassName, at.child('runtimeClassName')));
  }
  if (spec.preemptionPolicy !== undefined) {
    errors.push(...requiredOneOf(spec.preemptionPolicy, preemptionPolicies, at.child('preemptionPolicy')));
  }
  if (spec.overhead) {
    validateContainerResources(errors, { limits: spec.overhead }, at.child('overhead'), { rules, claims });
  }
  if (spec.os) {
    validateOs(errors, spec.os, at.child('os'));
    validateForOs(errors, spec, at);
  }
  if (spec.schedulingGroup) {
    validateSchedulingGroup(errors, spec.schedulingGroup, at.child('schedulingGroup', 'podGroupName'));
  }
  if (readsFileKeys(spec)) validateFileKeyVolumes(errors, spec, at);
}

function validateResourceClaims(
  errors: FieldError[],
  claims: readonly PodResourceClaim[],
  at: Path,
  metadata: ObjectMeta | undefined,
): void {
  const names = new Set<string>();
  for (const [i, claim] of claims.entries()) {
    if (metadata && isMirrorPod(metadata)) {
      errors.push(forbiddenAt(emptyPath, 'static pods do not support resource claims'));
      continue;
    }
    const here = at.index(i);
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    if (!name) errors.push(required(here.child('name')));
    else if (names.has(name)) errors.push(duplicate(here.child('name'), name));
    else {
      errors.push(...problemsAt(dnsLabelProblems(name), name, here.child('name')));
      names.add(name);
    }
    const shown = internalValue(podResourceClaim, claim);
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      errors.push(
        invalid(here, shown, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'),
      );
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      errors.push(invalid(here, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
    }
    if (resourceClaimName !== undefined) {
      errors.push(...validateSubdomain(resourceClaimName, here.child('resourceClaimName')));
    }
    if (resourceClaimTemplateName !== undefined) {
      errors.push(...validateSubdomain(resourceClaimTemplateName, here.child('resourceClaimTemplateName')));
    }
  }
}

function validateSchedulingGroup(errors: FieldError[], { podGroupName: name }: PodSchedulingGroup, at: Path): void {
  if (name === undefined) errors.push(invalid(at, null, 'must specify one of: `podGroupName`'));
  else errors.push(...validateSubdomain(name, at));
}

const validateSubdomain = (name: string, at: Path): Iterable<FieldError> =>
  problemsAt(dnsSubdomainProblems(name), name, at);

function validateReadinessGates(errors: FieldError[], gates: readonly PodReadinessGate[], at: Path): void {
  for (const [i, { conditionType }] of gates.entries()) {
    errors.push(...problemsAt(qualifiedNameProblems(conditionType), conditionType, at.index(i).child('conditionType')));
  }
}

function validateSchedulingGates(errors: FieldError[], gates: readonly PodSchedulingGate[], at: Path): void {
  const seen = new Set<string>();
  for (const [i, { name }] of gates.entries()) {
    errors.push(...problemsAt(qualifiedNameProblems(name), name, at.index(i)));
    if (seen.has(name)) errors.push(duplicate(at.index(i), name));
    seen.add(name);
  }
}

function validateNames(errors: FieldError[], spec: PodSpec, at: Path): void {
  const { serviceAccountName, nodeName, activeDeadlineSeconds: deadline, hostname, subdomain } = spec;
  if (serviceAccountName) errors.push(...validateSubdomain(serviceAccountName, at.child('serviceAccountName')));
  if (nodeName) errors.push(...validateSubdomain(nodeName, at.child('nodeName')));
  if (deadline !== undefined && (deadline < 1 || deadline > int32Max)) {
    errors.push(invalid(at.child('activeDeadlineSeconds'), deadline, rangeProblem(1, int32Max)));
  }
  if (hostname) errors.push(...problemsAt(dnsLabelProblems(hostname), hostname, at.child('hostname')));
  if (subdomain) errors.push(...problemsAt(dnsLabelProblems(subdomain), subdomain, at.child('subdomain')));
}

function validateOs(errors: FieldError[], os: PodOS, at: Path): void {
  if (!os.name) errors.push(required(at.child('name')));
  else if (os.name !== 'linux' && os.name !== 'windows') errors.push(notSupported(at, os.name, ['linux', 'windows']));
}
