import { equal, field, type FieldError, invalid, parseGoUrl, required } from '../../../machinery/index.ts';
import type { CustomResourceDefinition } from '../customresourcedefinition.ts';

const approval = 'api-approved.kubernetes.io';

export type ApprovalState = 'approved' | 'bypassed' | 'missing' | 'invalid';

export const isProtectedGroup = (group: string): boolean => /(^|\.)(k8s|kubernetes)\.io$/.test(group);

/** What a definition in one of the community's own groups says of its approval, and what is said of that. */
export function approvalOf({ metadata }: CustomResourceDefinition): { state: ApprovalState; reason: string } {
  const value = metadata.annotations?.[approval] ?? '';
  const must = `protected groups must have approval annotation "${approval}"`;
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (!value) return { state: 'missing', reason: `${must}, ${see}` };
  if (value.startsWith('unapproved')) return { state: 'bypassed', reason: `not approved: ${JSON.stringify(value)}` };
  if (isUrl(value)) return { state: 'approved', reason: `approved in ${value}` };
  return { state: 'invalid', reason: `${must} with either a URL or a reason starting with "unapproved", ${see}` };
}

function isUrl(text: string): boolean {
  try {
    const { scheme, host } = parseGoUrl(text);
    return Boolean(scheme && host);
  } catch {
    return false;
  }
}

export function* approvalRules(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): Iterable<FieldError> {
  if (!isProtectedGroup(definition.spec.group)) return;
  const { state, reason } = approvalOf(definition);
  if (old && equal(approvalOf(old).state, state)) return;
  const here = field('metadata', 'annotations').key(approval);
  if (state === 'missing') yield required(here, reason);
  else if (state === 'invalid') yield invalid(here, definition.metadata.annotations?.[approval], reason);
}
