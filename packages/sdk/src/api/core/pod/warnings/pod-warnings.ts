import {
  addAll,
  dnsLabelProblems,
  equal,
  field,
  ipWarning,
  type ObjectMeta,
  type Path,
} from '../../../../machinery/index.ts';
import type { LocalObjectReference } from '../../object-reference.ts';
import { nodeLabelDeprecation, nodeSelectorTermWarnings } from '../../deprecated-node-labels.ts';
import type { Container, EphemeralContainer } from '../container.ts';
import { allContainers, anyContainer, type Placed, placeOf } from '../containers-of.ts';
import type { PodAffinity, TopologySpreadConstraint } from '../affinity.ts';
import type { EnvVar } from '../env.ts';
import type { PodSpec } from '../pod-spec.ts';
import type { PodTemplateSpec } from '../pod-template.ts';
import type { ResourceList } from '../resource-totals.ts';
import type { ResourceRequirements } from '../resources.ts';
import {
  appArmorFromAnnotation,
  appArmorPrefix,
  seccompContainerPrefix,
  seccompPodAnnotation,
} from '../validation/profiles.ts';
import { isWhole } from '../validation/resources.ts';
import { ipWarnings } from './addresses.ts';
import { overlappingPaths } from './overlapping-paths.ts';
import { portWarnings } from './ports.ts';
import { volumeWarnings } from './volumes.ts';

/** Where things stand: the two halves of a pod, or of a template wherever it is. */
interface Place {
  readonly metadata: Path;
  readonly spec: Path;
  readonly isTemplate: boolean;
}

type Meta = Pick<ObjectMeta, 'name' | 'annotations'>;
type Annotations = Readonly<Record<string, string>>;

const inPod: Place = { metadata: field('metadata'), spec: field('spec'), isTemplate: false };

/** What upstream has to say to who creates a pod: it will do as asked, which is hardly what was meant. */
export function podWarnings(metadata: ObjectMeta, spec: PodSpec): string[] {
  const texts = nameWarning(metadata, "this is used in the Pod's hostname");
  warnings(texts, metadata, spec, inPod);
  return texts;
}

export function templateWarnings({ metadata, spec }: PodTemplateSpec, at: Path): string[] {
  const texts: string[] = [];
  warnings(texts, metadata, spec, { metadata: at.child('metadata'), spec: at.child('spec'), isTemplate: true });
  return texts;
}

/** Names that make odd hostnames; `use` says where the name goes. */
export function nameWarning({ name = '' }: Pick<ObjectMeta, 'name'>, use: string): string[] {
  const problems = dnsLabelProblems(name);
  const why = 'which can result in surprising behavior; a DNS label is recommended';
  return problems.length ? [`metadata.name: ${use}, ${why}: [${problems.join(' ')}]`] : [];
}

const deprecatedAnnotations = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
] as const;

/** As in validation, only those are asked who have something to look at, and theirs go to the end of the list. */
function warnings(texts: string[], { annotations }: Meta, spec: PodSpec, place: Place): void {
  if (spec.nodeSelector || spec.affinity?.nodeAffinity) nodeWarnings(texts, spec, place.spec);
  if (spec.topologySpreadConstraints) {
    spreadWarnings(texts, spec.topologySpreadConstraints, place.spec.child('topologySpreadConstraints'));
  }
  if (annotations) annotationWarnings(texts, annotations, place.metadata.child('annotations'));
  if (spec.volumes) {
    volumeWarnings(texts, spec.volumes, place.spec.child('volumes'));
    overlappingPaths(texts, spec.volumes);
  }
  if (spec.hostAliases) {
    const ips = spec.hostAliases.map(({ ip }) => ip);
    duplicates(texts, ips, 'ip', place.spec.child('hostAliases'));
  }
  if (spec.imagePullSecrets) secretWarnings(texts, spec.imagePullSecrets, place.spec.child('imagePullSecrets'));
  if (spec.overhead) {
    for (const name of countedInBytes) {
      if (isFractional(spec.overhead, name)) texts.push(fractional(spec.overhead, name, place.spec.child('overhead')));
    }
  }
  if (annotations && !spec.securityContext?.seccompProfile) {
    seccompWarning(texts, seccompPodAnnotation, annotations, place);
  }
  for (const placed of allContainers(spec)) {
    const { container } = placed;
    if (annotations && !container.securityContext?.seccompProfile) {
      seccompWarning(texts, seccompContainerPrefix + container.name, annotations, place);
    }
    if (annotations && place.isTemplate) appArmorWarning(texts, container, annotations, { spec, place });
    if (container.resources) resourceWarnings(texts, container.resources, placed, place.spec);
    if (container.env) envWarnings(texts, container.env, placed, place.spec);
  }
  if (anyContainer(spec, ({ ports }) => ports !== undefined)) portWarnings(texts, spec, place.spec);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    const why = 'must be >= 0; negative values are invalid and will be treated as 1';
    texts.push(`${String(place.spec.child('terminationGracePeriodSeconds'))}: ${why}`);
  }
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  if (podAffinity) affinityWarnings(texts, podAffinity, place.spec.child('affinity', 'podAffinity'));
  if (podAntiAffinity) affinityWarnings(texts, podAntiAffinity, place.spec.child('affinity', 'podAntiAffinity'));
  if (spec.dnsConfig?.nameservers) {
    for (const [i, ip] of spec.dnsConfig.nameservers.entries()) {
      const why = ipWarning(ip);
      if (why) texts.push(`${String(place.spec.child('dnsConfig', 'nameservers').index(i))}: ${why}`);
    }
  }
  if (spec.hostAliases) addAll(texts, ipWarnings(spec.hostAliases, place.spec.child('hostAliases')));
}

function annotationWarnings(texts: string[], annotations: Annotations, at: Path): void {
  for (const [key, why] of deprecatedAnnotations) {
    if (annotations[key] !== undefined) texts.push(`${String(at.key(key))}: ${why}`);
  }
}

function secretWarnings(texts: string[], secrets: readonly LocalObjectReference[], at: Path): void {
  const names = secrets.map(({ name = '' }) => name);
  duplicates(texts, names, 'name', at);
  for (const [i, name] of names.entries()) {
    if (!name) texts.push(`${String(at.index(i).child('name'))}: invalid empty name ""`);
  }
}

function nodeWarnings(texts: string[], spec: PodSpec, at: Path): void {
  for (const key of Object.keys(spec.nodeSelector ?? {}).sort()) {
    const why = nodeLabelDeprecation(key);
    if (why) texts.push(`${String(at.child('nodeSelector').key(key))}: ${why}`);
  }
  const affinity = spec.affinity?.nodeAffinity;
  const [mustHave, rather] = [
    'requiredDuringSchedulingIgnoredDuringExecution',
    'preferredDuringSchedulingIgnoredDuringExecution',
  ] as const;
  const here = at.child('affinity', 'nodeAffinity');
  for (const [i, term] of (affinity?.[mustHave]?.nodeSelectorTerms ?? []).entries()) {
    const where = here.child(mustHave, 'nodeSelectorTerms').index(i);
    addAll(texts, nodeSelectorTermWarnings(term, where, { checkValues: false }));
  }
  for (const [i, { preference }] of (affinity?.[rather] ?? []).entries()) {
    const where = here.child(rather).index(i).child('preference');
    addAll(texts, nodeSelectorTermWarnings(preference, where, { checkValues: true }));
  }
}

const matchesNothing = 'a null labelSelector results in matching no pod';

function spreadWarnings(texts: string[], constraints: readonly TopologySpreadConstraint[], at: Path): void {
  for (const [i, { topologyKey, labelSelector }] of constraints.entries()) {
    const why = nodeLabelDeprecation(topologyKey);
    if (why) texts.push(`${String(at.index(i).child('topologyKey'))}: ${topologyKey} is ${why}`);
    if (!labelSelector) texts.push(`${String(at.index(i).child('labelSelector'))}: ${matchesNothing}`);
  }
}

function affinityWarnings(texts: string[], affinity: PodAffinity, at: Path): void {
  for (const [i, term] of (affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    const here = at.child('requiredDuringSchedulingIgnoredDuringExecution').index(i).child('labelSelector');
    if (!term.labelSelector) texts.push(`${String(here)}: ${matchesNothing}`);
  }
  for (const [i, term] of (affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    const here = at.child('preferredDuringSchedulingIgnoredDuringExecution').index(i);
    if (term.podAffinityTerm.labelSelector) continue;
    texts.push(`${String(here.child('podAffinityTerm', 'labelSelector'))}: ${matchesNothing}`);
  }
}

function duplicates(texts: string[], values: readonly string[], name: string, at: Path): void {
  const seen = new Set<string>();
  for (const [i, value] of values.entries()) {
    if (seen.has(value)) texts.push(`${String(at.index(i).child(name))}: duplicate ${name} ${JSON.stringify(value)}`);
    seen.add(value);
  }
}

const countedInBytes = ['memory', 'ephemeral-storage'];

function resourceWarnings(texts: string[], resources: ResourceRequirements, container: Placed, spec: Path): void {
  for (const name of countedInBytes) {
    for (const list of ['limits', 'requests'] as const) {
      const amounts = resources[list];
      if (!amounts || !isFractional(amounts, name)) continue;
      texts.push(fractional(amounts, name, placeOf(container, spec).child('resources', list)));
    }
  }
}

const isFractional = (amounts: ResourceList, name: string): boolean => {
  const amount = amounts[name];
  return amount !== undefined && !isWhole(amount);
};

const fractional = (amounts: ResourceList, name: string, at: Path): string =>
  `${String(at.key(name))}: fractional byte value ${JSON.stringify(amounts[name])} is invalid, must be an integer`;

function seccompWarning(texts: string[], key: string, annotations: Annotations, { metadata }: Place): void {
  if (annotations[key] === undefined) return;
  const why = 'non-functional in v1.27+; use the "seccompProfile" field instead';
  texts.push(`${String(metadata.child('annotations').key(key))}: ${why}`);
}

// For pods this is said where the annotation is taken over into the field.
function appArmorWarning(
  texts: string[],
  { name, securityContext }: Container | EphemeralContainer,
  annotations: Annotations,
  { spec, place }: { spec: PodSpec; place: Place },
): void {
  const key = appArmorPrefix + name;
  const annotation = annotations[key];
  if (annotation === undefined || securityContext?.appArmorProfile) return;
  const ofPod = spec.securityContext?.appArmorProfile;
  if (ofPod && equal(ofPod, appArmorFromAnnotation(annotation))) return;
  const why = 'deprecated since v1.30; use the "appArmorProfile" field instead';
  texts.push(`${String(place.metadata.child('annotations').key(key))}: ${why}`);
}

/** A name given twice is fine where the second value builds on the first. */
function envWarnings(texts: string[], env: readonly EnvVar[], container: Placed, spec: Path): void {
  if (env.length < 2) return;
  const seen = new Set<string>();
  for (const [i, { name, value = '', valueFrom }] of env.entries()) {
    const reference = `$(${name})`;
    const buildsOn = !valueFrom && value !== reference && value.includes(reference);
    if (seen.has(name) && !buildsOn) {
      const what = `hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`;
      texts.push(`${String(placeOf(container, spec).child('env').index(i))}: ${what}`);
    }
    seen.add(name);
  }
}
