import type { Column } from '../../schema/index.ts';
import type { Subject } from './policy-rule.ts';

interface HasSubjects {
  readonly subjects?: readonly Subject[];
}

const subjectsOf = (binding: string, name: string, kind: string): Column<HasSubjects> => ({
  name,
  type: 'string',
  description: `${name} in the ${binding}`,
  priority: 1,
  value: ({ subjects = [] }) =>
    subjects
      .filter((s) => s.kind === kind)
      .map((s) => (kind === 'ServiceAccount' && s.namespace ? `${s.namespace}/${s.name}` : s.name))
      .join(', '),
});

/** Whom a binding is for, shown with `-o wide`. */
export const subjectColumns = (binding: string): readonly Column<HasSubjects>[] => [
  subjectsOf(binding, 'Users', 'User'),
  subjectsOf(binding, 'Groups', 'Group'),
  subjectsOf(binding, 'ServiceAccounts', 'ServiceAccount'),
];
