import {
  approvalOf,
  type CustomResourceDefinition,
  type CustomResourceDefinitionNames,
  type CustomResourceDefinitionStatus,
  isProtectedGroup,
  isWebhookTellable,
  structuralViolations,
} from '@tiphys/sdk/api';
import { equal, timestamp } from '@tiphys/sdk/machinery';

export type Said = {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
};

/** The status after one more step; undefined when there is none to make. `taken`: the names that the group's definitions have. */
export function nextStatus(
  definition: CustomResourceDefinition,
  { taken, now }: { taken: readonly CustomResourceDefinitionNames[]; now: number },
): CustomResourceDefinitionStatus | undefined {
  const { status } = definition;
  const is = (type: string) => status.conditions?.find((c) => c.type === type)?.status === 'True';
  const approval = approvalCondition(definition);
  const said: Said[] = approval ? [approval] : [];
  let { acceptedNames } = status;
  if (!equal(definition.spec.names, acceptedNames)) {
    const { accepted, condition } = acceptNames(definition, taken);
    acceptedNames = accepted;
    said.push(condition);
    if (!is('Established')) said.push(condition.status === 'True' ? installing : notAccepted);
  } else if (is('NamesAccepted') && !is('Established')) {
    said.push(isWebhookTellable(definition.spec.conversion) ? established : noCertificates);
  }
  const violations = structuralViolations(definition.spec);
  if (violations) said.push({ ...nonStructural, message: violations });
  const before = (status.conditions ?? []).filter((c) => violations || c.type !== nonStructural.type);
  const conditions = said.reduce((list, c) => withCondition(list, c, now), before);
  const next = { ...status, conditions, acceptedNames };
  return equal(next.conditions, status.conditions ?? []) && equal(acceptedNames, status.acceptedNames)
    ? undefined
    : next;
}

const nonStructural = { type: 'NonStructuralSchema', status: 'True', reason: 'Violations' } as const;
const notAccepted: Said = {
  type: 'Established',
  status: 'False',
  reason: 'NotAccepted',
  message: 'not all names are accepted',
};
const installing: Said = {
  type: 'Established',
  status: 'False',
  reason: 'Installing',
  message: 'the initial names have been accepted',
};
const noCertificates: Said = {
  type: 'Established',
  status: 'False',
  reason: 'InvalidCABundle',
  message: 'The conversion webhook CABundle is invalid',
};
const established: Said = { ...installing, status: 'True', reason: 'InitialNamesAccepted' };

/** What of its names nobody else in the group has; a name that somebody has is left as it was. */
function acceptNames(
  { spec, status }: CustomResourceDefinition,
  names: readonly CustomResourceDefinitionNames[],
): { accepted: CustomResourceDefinitionNames; condition: Said } {
  const resources = new Set(names.flatMap((n) => [n.plural, n.singular ?? '', ...(n.shortNames ?? [])]));
  const kinds = new Set(names.flatMap((n) => [n.kind, n.listKind ?? '']));
  const accepted: CustomResourceDefinitionNames = { ...status.acceptedNames };
  let conflict: Said | undefined;
  const refuse = (reason: string, taken: readonly string[]) => {
    const told = taken.map((name) => `${JSON.stringify(name)} is already in use`);
    const message = told.length > 1 ? `[${told.join(', ')}]` : told[0]!;
    conflict = { type: 'NamesAccepted', status: 'False', reason, message };
  };
  const one = (field: 'plural' | 'singular' | 'kind' | 'listKind', used: ReadonlySet<string>, reason: string) => {
    const wanted = spec.names[field];
    if (wanted !== accepted[field] && wanted && used.has(wanted)) refuse(reason, [wanted]);
    else if (wanted !== undefined) accepted[field] = wanted;
  };
  one('plural', resources, 'PluralConflict');
  one('singular', resources, 'SingularConflict');
  const { shortNames = [], categories } = spec.names;
  const taken = shortNames.filter((n) => !accepted.shortNames?.includes(n) && resources.has(n));
  if (taken.length) refuse('ShortNamesConflict', taken);
  else if (shortNames.length) accepted.shortNames = shortNames;
  else delete accepted.shortNames;
  one('kind', kinds, 'KindConflict');
  one('listKind', kinds, 'ListKindConflict');
  if (categories) accepted.categories = categories;
  else delete accepted.categories;
  const fine: Said = { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
  return { accepted, condition: conflict ?? fine };
}

const approvals = {
  missing: ['False', 'MissingAnnotation'],
  invalid: ['False', 'InvalidAnnotation'],
  bypassed: ['False', 'UnapprovedAnnotation'],
  approved: ['True', 'ApprovedAnnotation'],
} as const;

function approvalCondition(definition: CustomResourceDefinition): Said | undefined {
  if (!isProtectedGroup(definition.spec.group)) return undefined;
  const { state, reason: message } = approvalOf(definition);
  const [status, reason] = approvals[state];
  return { type: 'KubernetesAPIApprovalPolicyConformant', status, reason, message };
}

type Conditions = NonNullable<CustomResourceDefinitionStatus['conditions']>;

export function withCondition(conditions: Conditions, said: Said, now: number): Conditions {
  const old = conditions.find((c) => c.type === said.type);
  const { type, status, ...rest } = said;
  const lastTransitionTime = old?.status === status ? old.lastTransitionTime : timestamp(now);
  const next = { ...old, type, status, lastTransitionTime, ...rest };
  if (!old) return [...conditions, next];
  return conditions.map((c) => (c === old ? next : c));
}
