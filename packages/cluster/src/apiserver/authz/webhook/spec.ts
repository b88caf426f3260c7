import type { FieldRequirement, Requirement } from '@tiphys/sdk/machinery';
import type { Action } from '../authorizer.ts';

/** What a webhook is asked: the spec of a SubjectAccessReview, members in upstream's order, empty ones left out. */
export interface AccessSpec {
  readonly resourceAttributes?: ResourceSpec;
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  readonly uid?: string;
}

interface ResourceSpec {
  readonly namespace?: string;
  readonly verb?: string;
  readonly group?: string;
  readonly version?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly fieldSelector?: Selected;
  readonly labelSelector?: Selected;
}

interface Selected {
  readonly requirements: readonly SelectedBy[];
}

interface SelectedBy {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export function specOf(action: Action): AccessSpec {
  const { name: user, uid, groups, extra } = action.user;
  const keys = Object.keys(extra).sort();
  return {
    ...(action.isResource
      ? { resourceAttributes: resourceOf(action) }
      : { nonResourceAttributes: present({ path: action.path, verb: action.verb }) }),
    ...present({ user }),
    ...(groups.length && { groups }),
    ...(keys.length && { extra: Object.fromEntries(keys.map((k) => [k, extra[k]!])) }),
    ...(uid && { uid }),
  };
}

function resourceOf(action: Action): ResourceSpec {
  const { namespace, verb, group, version = '', resource, subresource, name, fieldSelector, labelSelector } = action;
  const fields = (fieldSelector ?? []).map(fieldOf);
  const labels = (labelSelector?.() ?? []).flatMap(labelOf);
  return {
    ...present({ namespace, verb, group, version, resource, subresource, name }),
    ...(fields.length && { fieldSelector: { requirements: fields } }),
    ...(labels.length && { labelSelector: { requirements: labels } }),
  };
}

const present = (texts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).filter(([, text]) => text));

const fieldOf = ({ field, operator, value }: FieldRequirement): SelectedBy => ({
  key: field,
  operator: operator === '=' ? 'In' : 'NotIn',
  values: [value],
});

const labelOperators: Readonly<Partial<Record<Requirement['operator'], string>>> = {
  '=': 'In',
  '==': 'In',
  in: 'In',
  '!=': 'NotIn',
  notin: 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
};

/** What a webhook couldn't say is left out: it is asked for more than is wanted, never for less. */
function labelOf({ key, operator, values }: Requirement): SelectedBy[] {
  const known = labelOperators[operator];
  return known ? [{ key, operator: known, ...(values.length && { values }) }] : [];
}

/** The same as expressions see it: texts are there even where they are empty. */
export function shownTo(spec: AccessSpec): unknown {
  const { resourceAttributes, nonResourceAttributes, user = '', groups = [], extra = {}, uid = '' } = spec;
  return {
    user,
    groups,
    uid,
    extra,
    ...(resourceAttributes && { resourceAttributes: { ...emptyResource, ...resourceAttributes } }),
    ...(nonResourceAttributes && { nonResourceAttributes: { verb: '', path: '', ...nonResourceAttributes } }),
  };
}

const emptyResource = { namespace: '', verb: '', group: '', version: '', resource: '', subresource: '', name: '' };

/** In the first version groups had a name of their own. */
export function reviewOf(spec: AccessSpec, version: 'v1' | 'v1beta1'): unknown {
  const { groups, ...others } = spec;
  const { extra, uid, ...before } = others;
  return {
    kind: 'SubjectAccessReview',
    apiVersion: `authorization.k8s.io/${version}`,
    metadata: {},
    spec:
      version === 'v1'
        ? spec
        : { ...before, ...(groups && { group: groups }), ...(extra && { extra }), ...(uid && { uid }) },
    status: { allowed: false },
  };
}
