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
import type { PodOS, PodReadinessGate, PodSchedulingGate, PodSpec } from '../pod-spec.ts';
import { type PodResourceClaim, podResourceClaim } from '../resources.ts';
import { validateAffinity } from './affinity.ts';
import { isMirrorPod } from './annotations.ts';
import { validateContainers, validateEphemeralContainers, validateInitContainers } from './container.ts';
import { validateFileKeyVolumes } from './env.ts';
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
import { validateForOs, validateHostProcess } from './windows.ts';

const int32Max = 2147483647;

export interface PodSpecContext {
  readonly rules: PodRules;
  /** The metadata of the pod whose spec it is; a template's isn't. */
  readonly metadata?: ObjectMeta;
}

/** A whole pod spec, its errors in upstream's order. */
export function* validatePodSpec(spec: PodSpec, at: Path, { rules, metadata }: PodSpecContext): Iterable<FieldError> {
  const volumes = validateVolumes(spec.volumes, at.child('volumes'), { rules, metadata });
  yield* volumes.errors;
  yield* validateResourceClaims(spec.resourceClaims, at.child('resourceClaims'), metadata);
  const claims = new Set(spec.resourceClaims?.flatMap(({ name }) => name || []));
  const context = { rules, claims, spec, volumes: volumes.good };
  yield* validateContainers(at.child('containers'), context);
  yield* validateInitContainers(at.child('initContainers'), context);
  yield* validateEphemeralContainers(at.child('ephemeralContainers'), context);
  yield* validatePodResources(spec, at, context);
  yield* validateHostNetworkPorts(spec, at, rules);
  yield* requiredOneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], at.child('restartPolicy'));
  yield* requiredOneOf(
    spec.dnsPolicy,
    ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'],
    at.child('dnsPolicy'),
  );
  yield* validateLabels(spec.nodeSelector, at.child('nodeSelector'));
  yield* validatePodSecurityContext(spec, at.child('securityContext'), rules);
  yield* validateAffinity(spec.affinity, at.child('affinity'), rules);
  yield* validateDnsConfig(spec, at.child('dnsConfig'));
  yield* validateReadinessGates(spec.readinessGates, at.child('readinessGates'));
  yield* validateSchedulingGates(spec.schedulingGates, at.child('schedulingGates'));
  yield* validateTopologySpread(spec.topologySpreadConstraints, at.child('topologySpreadConstraints'), rules);
  yield* validateHostProcess(spec, at);
  yield* validateUserNamespace(spec, at, rules);
  yield* validateHostnameOverride(spec, at);
  yield* validateNames(spec, at);
  yield* validateTolerations(spec.tolerations, at.child('tolerations'), rules);
  yield* validateHostAliases(spec.hostAliases, at.child('hostAliases'));
  yield* validateClasses(spec, at);
  yield* validateContainerResources({ limits: spec.overhead ?? {} }, at.child('overhead'), { rules, claims });
  yield* validateOs(spec.os, at.child('os'));
  yield* validateForOs(spec, at);
  yield* validateFileKeyVolumes(spec, at);
}

function* validateResourceClaims(
  claims: readonly PodResourceClaim[] | undefined,
  at: Path,
  metadata: ObjectMeta | undefined,
): Iterable<FieldError> {
  const names = new Set<string>();
  for (const [i, claim] of (claims ?? []).entries()) {
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
    yield* validateSubdomain(resourceClaimName, here.child('resourceClaimName'));
    yield* validateSubdomain(resourceClaimTemplateName, here.child('resourceClaimTemplateName'));
  }
}

function* validateSubdomain(name: string | undefined, at: Path): Iterable<FieldError> {
  if (name !== undefined) yield* problemsAt(dnsSubdomainProblems(name), name, at);
}

function* validateReadinessGates(gates: readonly PodReadinessGate[] | undefined, at: Path): Iterable<FieldError> {
  for (const [i, { conditionType }] of (gates ?? []).entries()) {
    yield* problemsAt(qualifiedNameProblems(conditionType), conditionType, at.index(i).child('conditionType'));
  }
}

function* validateSchedulingGates(gates: readonly PodSchedulingGate[] | undefined, at: Path): Iterable<FieldError> {
  const seen = new Set<string>();
  for (const [i, { name }] of (gates ?? []).entries()) {
    yield* problemsAt(qualifiedNameProblems(name), name, at.index(i));
    if (seen.has(name)) yield duplicate(at.index(i), name);
    seen.add(name);
  }
}

function* validateNames(spec: PodSpec, at: Path): Iterable<FieldError> {
  const { serviceAccountName, nodeName, activeDeadlineSeconds: deadline, hostname, subdomain } = spec;
  yield* validateSubdomain(serviceAccountName || undefined, at.child('serviceAccountName'));
  yield* validateSubdomain(nodeName || undefined, at.child('nodeName'));
  if (deadline !== undefined && (deadline < 1 || deadline > int32Max)) {
    yield invalid(at.child('activeDeadlineSeconds'), deadline, rangeProblem(1, int32Max));
  }
  if (hostname) yield* problemsAt(dnsLabelProblems(hostname), hostname, at.child('hostname'));
  if (subdomain) yield* problemsAt(dnsLabelProblems(subdomain), subdomain, at.child('subdomain'));
}

function* validateClasses(spec: PodSpec, at: Path): Iterable<FieldError> {
  yield* validateSubdomain(spec.priorityClassName || undefined, at.child('priorityClassName'));
  yield* validateSubdomain(spec.runtimeClassName, at.child('runtimeClassName'));
  if (spec.preemptionPolicy !== undefined) {
    yield* requiredOneOf(spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'], at.child('preemptionPolicy'));
  }
}

function* validateOs(os: PodOS | undefined, at: Path): Iterable<FieldError> {
  if (!os) return;
  if (!os.name) yield required(at.child('name'));
  else if (os.name !== 'linux' && os.name !== 'windows') yield notSupported(at, os.name, ['linux', 'windows']);
}
