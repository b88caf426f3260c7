import type { FieldSelectorAttributes, LabelSelectorAttributes } from '@tiphys/sdk/api';
import {
  type FieldRequirement,
  parseFieldSelector,
  type Requirement,
  type SelectorOperator,
} from '@tiphys/sdk/machinery';
import { labelRequirements } from '../authz/authorizer.ts';

const at = 'spec.resourceAttributes';

/** The conditions of a field selector that authorizers can look at, and whether some had to be left out. */
export function fieldSelectorOf(selector: FieldSelectorAttributes | undefined): {
  requirements: readonly FieldRequirement[];
  problem: string;
} {
  const { rawSelector, requirements = [] } = selector ?? {};
  if (rawSelector) {
    try {
      return { requirements: parseFieldSelector(rawSelector), problem: '' };
    } catch {
      // Said in the answer, not refused: what can't be read narrows nothing down.
      return { requirements: [], problem: ignored('fieldSelector', 0) };
    }
  }
  const understood = requirements.flatMap(({ key, operator, values = [] }): FieldRequirement[] => {
    const [value = '', ...more] = values;
    if (more.length || (operator !== 'In' && operator !== 'NotIn')) return [];
    return [{ field: key, operator: operator === 'In' ? '=' : '!=', value }];
  });
  const complete = understood.length === requirements.length;
  return { requirements: understood, problem: complete ? '' : ignored('fieldSelector', understood.length) };
}

const labelOperators: Readonly<Record<string, SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

/** The same of a label selector. */
export function labelSelectorOf(selector: LabelSelectorAttributes | undefined): {
  requirements: readonly Requirement[];
  problem: string;
} {
  const { rawSelector, requirements = [] } = selector ?? {};
  if (rawSelector) {
    try {
      return { requirements: labelRequirements(rawSelector), problem: '' };
    } catch {
      // As above.
      return { requirements: [], problem: ignored('labelSelector', 0) };
    }
  }
  const understood = requirements.flatMap(({ key, operator, values = [] }): Requirement[] => {
    const known = labelOperators[operator];
    return known ? [{ key, operator: known, values }] : [];
  });
  const complete = understood.length === requirements.length;
  return { requirements: understood, problem: complete ? '' : ignored('labelSelector', understood.length) };
}

const ignored = (what: string, understood: number): string =>
  `${at}.${what} ${understood ? 'partially ' : ''}ignored due to parse error`;
