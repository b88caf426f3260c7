import { baselineChecks } from './baseline-checks.ts';
import type { Check, Look, Subject, Violation } from './check.ts';
import type { Standard, StandardVersion } from './policy.ts';
import { restrictedChecks } from './restricted-checks.ts';

/** Everything about a pod that a standard doesn't allow, in upstream's order. */
export function violationsOf({ level, version }: Standard, subject: Subject): Violation[] {
  if (level === 'privileged') return [];
  const strict = level === 'restricted' ? restrictedChecks.filter((c) => lookOf(c, version)) : [];
  const overridden = new Set(strict.flatMap((c) => c.overrides ?? []));
  const checks = [...baselineChecks.filter((c) => !overridden.has(c.id)), ...strict];
  return checks.flatMap((c) => lookOf(c, version)?.(subject) ?? []);
}

/** The newest that the version has. */
const lookOf = ({ versions }: Check, version: StandardVersion): Look | undefined =>
  versions.findLast(([since]) => version === 'latest' || since <= version)?.[1];

export const detailsText = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(', ');

export const reasonsText = (violations: readonly Violation[]): string => violations.map((v) => v.reason).join(', ');
