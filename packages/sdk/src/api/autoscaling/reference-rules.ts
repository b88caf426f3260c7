import {
  type FieldError,
  invalid,
  type Path,
  pathSegmentProblems,
  problemsAt,
  required,
} from '../../machinery/index.ts';
import type { CrossVersionObjectReference } from './metric.ts';

export interface ReferenceRules {
  /** Its version isn't looked at. */
  readonly anyVersion: boolean;
  /** It may be of the group without a name. */
  readonly noGroup: boolean;
}

export function* validateReference(
  reference: CrossVersionObjectReference,
  here: Path,
  rules: ReferenceRules,
): Iterable<FieldError> {
  for (const name of ['kind', 'name'] as const) {
    const value = reference[name];
    if (!value) yield required(here.child(name));
    else yield* problemsAt(pathSegmentProblems(value), value, here.child(name));
  }
  const problem = apiVersionProblem(reference, rules);
  if (problem) yield invalid(here.child('apiVersion'), reference.apiVersion ?? '', problem);
}

export function apiVersionProblem(
  { apiVersion = '' }: CrossVersionObjectReference,
  { anyVersion, noGroup }: ReferenceRules,
): string | undefined {
  if (anyVersion) return undefined;
  const slashes = apiVersion.split('/').length - 1;
  if (slashes > 1) return `unexpected GroupVersion string: ${apiVersion}`;
  const group = slashes ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return group || noGroup ? undefined : 'apiVersion must specify API group';
}
