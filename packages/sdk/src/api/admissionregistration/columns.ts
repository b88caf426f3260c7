import type { KubeObject } from '../../machinery/index.ts';
import type { Column } from '../../schema/index.ts';
import type { LabelSelector } from '../meta/label-selector.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import type { ParamKind, ParamRef } from './params.ts';

export const webhookColumns: readonly Column<KubeObject & { webhooks?: readonly unknown[] }>[] = [
  nameColumn,
  {
    name: 'Webhooks',
    type: 'integer',
    description: 'Webhooks indicates the number of webhooks registered in this configuration',
    value: ({ webhooks }) => webhooks?.length ?? 0,
  },
  ageColumn,
];

type Policy = KubeObject & { spec: { paramKind?: ParamKind } };

/** Of a policy: how much it does, and what it is given to do it. */
export const policyColumns = <O extends Policy>(
  of: Pick<Column<O>, 'name' | 'description'>,
  count: (o: O) => number,
): Column<O>[] => [
  nameColumn,
  { ...of, type: 'integer', value: count },
  {
    name: 'ParamKind',
    type: 'string',
    description: 'ParamKind specifies the kind of resources used to parameterize this policy',
    value: ({ spec: { paramKind } }) =>
      paramKind ? `${paramKind.apiVersion ?? ''}/${paramKind.kind ?? ''}` : '<unset>',
  },
  ageColumn,
];

type Binding = KubeObject & { spec: { policyName?: string; paramRef?: ParamRef } };

export const bindingColumns: readonly Column<Binding>[] = [
  nameColumn,
  {
    name: 'PolicyName',
    type: 'string',
    description: 'PolicyName indicates the policy definition which the policy binding binded to',
    value: ({ spec }) => spec.policyName ?? '',
  },
  {
    name: 'ParamRef',
    type: 'string',
    description: 'ParamRef indicates the param resource which sets the configuration param',
    value: ({ spec }) => paramText(spec.paramRef),
  },
  ageColumn,
];

function paramText(ref: ParamRef | undefined): string {
  // Whether objects of the kind have namespaces can't be told here.
  if (ref?.name) return `${ref.namespace || '*'}/${ref.name}`;
  return ref?.selector ? selectorText(ref.selector) : '<unset>';
}

/** A selector as upstream prints it here: the way Go shows a value. */
function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.entries(matchLabels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${k}: ${v},`);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  const inside = `MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},`;
  return `&LabelSelector{${inside}}`;
}
