import {
  equal,
  field,
  type FieldError,
  invalid,
  type Path,
  pathSegmentProblems,
  required,
  textNotSupported,
} from '../../machinery/index.ts';
import { nameIsSubdomain } from '../../schema/index.ts';
import type { RoleRef, Subject } from './policy-rule.ts';

export const rbacGroup = 'rbac.authorization.k8s.io';

interface Binding {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[];
}

/** What a binding must say; `kinds` are the roles that it may name. */
export function* bindingRules(
  next: Binding,
  { namespaced, kinds }: { namespaced: boolean; kinds: readonly string[] },
): Iterable<FieldError> {
  const at = field('roleRef');
  const { apiGroup, kind, name } = next.roleRef;
  if (apiGroup !== rbacGroup) yield textNotSupported(at.child('apiGroup'), apiGroup, [rbacGroup]);
  if (!kinds.includes(kind)) yield textNotSupported(at.child('kind'), kind, kinds);
  if (!name) yield required(at.child('name'));
  else for (const p of pathSegmentProblems(name)) yield invalid(at.child('name'), name, p);
  for (const [i, s] of (next.subjects ?? []).entries()) yield* subjectRules(field('subjects').index(i), s, namespaced);
}

export function* bindingChangeRules({ roleRef }: Binding, old: Binding): Iterable<FieldError> {
  if (equal(roleRef, old.roleRef)) return;
  const { apiGroup, kind, name } = roleRef;
  // Upstream shows the members under the names they have inside it.
  yield invalid(field('roleRef'), { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef');
}

function* subjectRules(at: Path, subject: Subject, namespaced: boolean): Iterable<FieldError> {
  const { kind, name, namespace, apiGroup = '' } = subject;
  if (!name) yield required(at.child('name'));
  switch (kind) {
    case 'ServiceAccount':
      if (name) for (const p of nameIsSubdomain(name, false)) yield invalid(at.child('name'), name, p);
      if (apiGroup) yield textNotSupported(at.child('apiGroup'), apiGroup, ['']);
      if (!namespaced && !namespace) yield required(at.child('namespace'));
      return;
    case 'User':
    case 'Group':
      if (apiGroup !== rbacGroup) yield textNotSupported(at.child('apiGroup'), apiGroup, [rbacGroup]);
      return;
    default:
      yield textNotSupported(at.child('kind'), kind, ['ServiceAccount', 'User', 'Group']);
  }
}
