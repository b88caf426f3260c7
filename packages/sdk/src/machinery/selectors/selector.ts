/** A question that a set of labels (or fields) answers with yes or no. */
export interface Selector {
  matches(labels: Readonly<Record<string, string>>): boolean;
  /** Asks nothing: everything matches. */
  readonly empty: boolean;
  readonly requirements: readonly Requirement[];
  /** As it is written in a query. */
  readonly text: string;
}

export type SelectorOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt';

export interface Requirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

export function selectorOf(requirements: readonly Requirement[]): Selector {
  return {
    requirements,
    empty: requirements.length === 0,
    text: requirements.map(textOf).join(','),
    matches: (labels) => requirements.every((r) => holds(r, Object.hasOwn(labels, r.key) ? labels[r.key] : undefined)),
  };
}

/** Matches nothing, whatever is asked. */
export const nothing: Selector = { requirements: [], empty: false, text: '', matches: () => false };
export const everything: Selector = selectorOf([]);

function holds({ operator, values }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt': {
      const [have, bound] = [int64Of(value), int64Of(values[0])];
      if (have === undefined || bound === undefined) return false;
      return operator === 'gt' ? have > bound : have < bound;
    }
  }
}

/** A decimal number of 64 bits; nothing else is greater or less than anything. */
export function int64Of(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text);
  return value === BigInt.asIntN(64, value) ? value : undefined;
}

function textOf({ key, operator, values }: Requirement): string {
  const list = `(${[...values].sort().join(',')})`;
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
      return `${key} in ${list}`;
    case 'notin':
      return `${key} notin ${list}`;
    case 'gt':
      return `${key}>${values[0]}`;
    case 'lt':
      return `${key}<${values[0]}`;
    default:
      return `${key}${operator}${values[0] ?? ''}`;
  }
}
