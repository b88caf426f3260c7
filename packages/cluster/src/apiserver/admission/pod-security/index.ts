/**
 * Pod Security: what a namespace's labels ask of its pods. A pod that is worse is refused, or who writes it is warned; who writes
 * what makes pods is warned, and who tightens a namespace hears of the pods that are there.
 */
import { namespace as namespaceKind, type Pod, pod as podKind } from '@tiphys/sdk/api';
import { equal, type FieldError, invalidObject, type KubeObject, lineOf } from '@tiphys/sdk/machinery';
import { whenKnown } from '../../authz/authorizer.ts';
import { annotate } from '../annotate.ts';
import type { ClusterObjects } from '../cluster-objects.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';
import { refuse } from '../refuse.ts';
import { type AnyContainer, subjectOf } from './check.ts';
import { detailsText, violationsOf } from './evaluate.ts';
import { existingPodWarnings } from './existing-pods.ts';
import { type PodSecurityConfig, readPodSecurity } from './configuration.ts';
import { isStricter, type Policy, policyOf, standardText } from './policy.ts';

const ordinary = readPodSecurity(undefined);

/** What makes pods after its template. */
const makers = [
  'podtemplates',
  'replicationcontrollers',
  'replicasets',
  'deployments',
  'daemonsets',
  'statefulsets',
  'jobs',
  'cronjobs',
];

type PodLike = Pick<Pod, 'metadata' | 'spec'>;

export function podSecurity(objects: ClusterObjects, config: PodSecurityConfig = ordinary): AdmissionPlugin {
  const { defaults, exemptions } = config;
  return {
    name: 'PodSecurity',
    matches: {
      operations: ['CREATE', 'UPDATE'],
      resources: ['namespaces', 'pods', 'pods/ephemeralcontainers', 'pods/resize', ...makers],
    },
    validate(a) {
      if (a.resource === 'namespaces') return ofNamespace(a);
      if (exemptions.namespaces.includes(a.namespace)) return tell(a, 'exempt', 'namespace');
      if (exemptions.usernames.includes(a.user.name)) return tell(a, 'exempt', 'user');
      return whenKnown(objects.get(namespaceKind, '', a.namespace), (found) => {
        const known = policyOf(found?.metadata.labels, defaults);
        if (a.resource === 'pods') ofPod(a, known);
        else ofMaker(a, templateIn(a.object!), known);
      });
    },
  };

  function ofPod(a: AdmissionAttributes, { policy, errors }: ReturnType<typeof policyOf>): void {
    // Most pods: nothing to find out.
    if (a.audit && !errors.length && isFullyPrivileged(policy)) {
      return tell(a, 'enforce-policy', standardText(ordinary.defaults.enforce));
    }
    const [next, old] = [a.object as Pod, a.oldObject as Pod | undefined];
    if (old && !changesContainers(next, old)) return;
    if (isExempt(next)) return tell(a, 'exempt', 'runtimeClass');
    tellErrors(a, errors);
    if (a.audit) tell(a, 'enforce-policy', standardText(policy.enforce));
    const violations = violationsOf(policy.enforce, subjectOf(next));
    tellViolations(a, next, policy);
    if (violations.length) {
      throw refuse(a, `violates PodSecurity "${standardText(policy.enforce)}": ${detailsText(violations)}`);
    }
    warned(a, next, policy);
  }

  function ofMaker(
    a: AdmissionAttributes,
    subject: PodLike | undefined,
    { policy, errors }: ReturnType<typeof policyOf>,
  ): void {
    const { audit, warn } = policy;
    if (!errors.length && audit.level === 'privileged' && warn.level === 'privileged') return;
    if (!subject) return;
    if (isExempt(subject)) return tell(a, 'exempt', 'runtimeClass');
    tellErrors(a, errors);
    tellViolations(a, subject, policy);
    warned(a, subject, policy);
  }

  function isExempt({ spec }: PodLike): boolean {
    return exemptions.runtimeClasses.includes(spec.runtimeClassName ?? '');
  }

  function warned(a: AdmissionAttributes, subject: PodLike, { warn }: Policy): void {
    const violations = violationsOf(warn, subjectOf(subject));
    if (violations.length) a.warn(`would violate PodSecurity "${standardText(warn)}": ${detailsText(violations)}`);
  }

  async function ofNamespace(a: AdmissionAttributes): Promise<void> {
    const { metadata } = a.object!;
    const name = metadata.name ?? a.name;
    const next = policyOf(metadata.labels, defaults);
    const old = a.oldObject && policyOf(a.oldObject.metadata.labels, defaults);
    // What was wrong already may stay as it is.
    if (next.errors.length && !equal(next.errors, old?.errors)) {
      throw invalidObject(a.kind.group, a.kind.kind, name, next.errors);
    }
    const { enforce } = next.policy;
    const before = old?.policy.enforce;
    const isExemptHere = exemptions.namespaces.includes(name);
    if (enforce.level === 'privileged' || (!before && !isExemptHere)) return;
    if (before && enforce.version === before.version && !isStricter(enforce.level, before.level)) return;
    if (isExemptHere) {
      const ignored = `the policy (enforce=${standardText(enforce)}) will be ignored`;
      return a.warn(`namespace "${name}" is exempt from Pod Security, and ${ignored}`);
    }
    await objects.current();
    const pods = objects.listIn(podKind, name).filter((pod) => !isExempt(pod));
    for (const warning of existingPodWarnings(pods, enforce, name)) a.warn(warning);
  }
}

/** For the audit log. */
const tell = (a: AdmissionAttributes, name: string, value: string): void =>
  annotate(a, `pod-security.kubernetes.io/${name}`, value);

function tellErrors(a: AdmissionAttributes, errors: readonly FieldError[]): void {
  if (!errors.length || !a.audit) return;
  const lines = [...new Set(errors.map(lineOf))];
  tell(a, 'error', `Failed to parse policy: ${lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`}`);
}

/** What nobody else is told of is only looked for where there is an audit log. */
function tellViolations(a: AdmissionAttributes, subject: PodLike, { audit }: Policy): void {
  const violations = a.audit ? violationsOf(audit, subjectOf(subject)) : [];
  if (!violations.length) return;
  tell(a, 'audit-violations', `would violate PodSecurity "${standardText(audit)}": ${detailsText(violations)}`);
}

const isFullyPrivileged = ({ enforce, audit, warn }: Policy): boolean =>
  [enforce, audit, warn].every(({ level }) => level === 'privileged');

/** Of what can be changed of a pod, that which could make it worse. */
function changesContainers(next: Pod, old: Pod): boolean {
  const lists = ['initContainers', 'containers', 'ephemeralContainers'] as const;
  const noteOf = ({ metadata }: Pod, name: string) =>
    metadata.annotations?.[`container.seccomp.security.alpha.kubernetes.io/${name}`];
  return lists.some((list) => {
    const [now, then] = [next, old].map((p) => (p.spec[list] ?? []) as readonly AnyContainer[]) as [
      readonly AnyContainer[],
      readonly AnyContainer[],
    ];
    if (now.length !== then.length) return true;
    return now.some(({ name, image }, i) => image !== then[i]!.image || noteOf(next, name) !== noteOf(old, name));
  });
}

/** The pods that somebody's object makes, if it makes any. */
function templateIn(object: KubeObject): PodLike | undefined {
  type Maker = { template?: Partial<PodLike>; spec?: Maker; jobTemplate?: Maker };
  const find = ({ template, spec, jobTemplate }: Maker): Partial<PodLike> | undefined =>
    template ?? (jobTemplate && find(jobTemplate)) ?? (spec && find(spec));
  const { metadata = {}, spec } = find(object as Maker) ?? {};
  return spec && { metadata, spec };
}
