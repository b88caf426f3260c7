import type { Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from '@tiphys/sdk/api';

/** Terms are alternatives; the requirements of one term must all hold. An empty term matches nothing. */
export const matchesNodeSelector = (selector: NodeSelector, node: Node): boolean =>
  selector.nodeSelectorTerms.some((t) => matchesTerm(t, node));

export function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (!matchExpressions.length && !matchFields.length) return false;
  const labels = node.metadata.labels ?? {};
  return (
    matchExpressions.every((r) => holds(r, Object.hasOwn(labels, r.key) ? labels[r.key] : undefined)) &&
    matchFields.every((r) => holds(r, r.key === 'metadata.name' ? node.metadata.name : undefined))
  );
}

function holds({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      if (value === undefined || !/^[+-]?\d+$/.test(value)) return false;
      const [have, bound] = [BigInt(value), BigInt(values[0] ?? '0')];
      return operator === 'Gt' ? have > bound : have < bound;
    }
    default:
      return false;
  }
}
