import type { NamespaceCondition } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';

/** What a pass over a namespace's content found. */
export interface Findings {
  /** Errors of deletion, in words. */
  readonly failures: readonly string[];
  /** Versions of groups of which nobody knows now what they have. */
  readonly unknown?: readonly string[];
  /** Objects left, by `resource.group`. Undefined when nobody counted. */
  readonly remaining?: ReadonlyMap<string, number>;
  readonly finalizers?: ReadonlyMap<string, number>;
}

interface Verdict {
  readonly type: string;
  readonly good: readonly [reason: string, message: string];
  readonly bad: (findings: Findings) => readonly [reason: string, message: string] | undefined;
}

const verdicts: readonly Verdict[] = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    good: ['ResourcesDiscovered', 'All resources successfully discovered'],
    bad: ({ unknown }) => {
      const why = unknown && unknownText(unknown);
      return why
        ? ['DiscoveryFailed', `Discovery failed for some groups, ${unknown.length} failing: ${why}`]
        : undefined;
    },
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    good: ['ParsedGroupVersions', 'All legacy kube types successfully parsed'],
    bad: () => undefined,
  },
  {
    type: 'NamespaceDeletionContentFailure',
    good: ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
    bad: ({ failures }) => {
      if (failures.length === 0) return undefined;
      const all = failures.toSorted().join(', ');
      return ['ContentDeletionFailed', `Failed to delete all resource types, ${failures.length} remaining: ${all}`];
    },
  },
  {
    type: 'NamespaceContentRemaining',
    good: ['ContentRemoved', 'All content successfully removed'],
    bad: ({ remaining }) => {
      if (!remaining?.size) return undefined;
      const all = listed(remaining, (what, n) => `${what} has ${n} resource instances`);
      return ['SomeResourcesRemain', `Some resources are remaining: ${all}`];
    },
  },
  {
    type: 'NamespaceFinalizersRemaining',
    good: ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
    bad: ({ finalizers }) => {
      if (!finalizers?.size) return undefined;
      const all = listed(finalizers, (what, n) => `${what} in ${n} resource instances`);
      return ['SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${all}`];
    },
  },
];

/** All five conditions of a namespace that is going; those that say what they said keep their time. */
export function deletionConditions(
  current: readonly NamespaceCondition[],
  findings: Findings,
  now: number,
): NamespaceCondition[] {
  const types = new Set(verdicts.map((v) => v.type));
  const told = verdicts.map(({ type, good, bad }): NamespaceCondition => {
    const problem = bad(findings);
    const [reason, message] = problem ?? good;
    const status = problem ? 'True' : 'False';
    const before = current.find((c) => c.type === type);
    const unchanged = before?.status === status && before.reason === reason && before.message === message;
    return unchanged ? before : { type, status, lastTransitionTime: timestamp(now), reason, message };
  });
  return [...current.filter((c) => !types.has(c.type)), ...told];
}

/** As client libraries say that discovery doesn't tell all; nothing when it does. */
export function unknownText(versions: readonly string[]): string | undefined {
  if (!versions.length) return undefined;
  const each = versions.map((v) => `${v}: stale GroupVersion discovery: ${v}`).toSorted();
  return `unable to retrieve the complete list of server APIs: ${each.join(', ')}`;
}

const listed = (counts: ReadonlyMap<string, number>, words: (what: string, n: number) => string) =>
  [...counts]
    .map(([what, n]) => words(what, n))
    .toSorted()
    .join(', ');
