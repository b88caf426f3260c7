import type { FieldSelectorAttributes, LabelSelectorAttributes } from '@tiphys/sdk/api';
import { type FieldRequirement, parseFieldSelector, parseLabelSelector } from '@tiphys/sdk/machinery';

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

const labelOperators = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);

/** No authorizer of ours looks at labels; what can't be read is told all the same. */
export function labelSelectorProblem(selector: LabelSelectorAttributes | undefined): string {
  const { rawSelector, requirements = [] } = selector ?? {};
  if (rawSelector) {
    try {
      parseLabelSelector(rawSelector);
      return '';
    } catch {
      // As above.
      return ignored('labelSelector', 0);
    }
  }
  const understood = requirements.filter((r) => labelOperators.has(r.operator)).length;
  return understood === requirements.length ? '' : ignored('labelSelector', understood);
}

const ignored = (what: string, understood: number): string =>
  `${at}.${what} ${understood ? 'partially ' : ''}ignored due to parse error`;
