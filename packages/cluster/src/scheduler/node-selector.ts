import type { Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from '@tiphys/sdk/api';
import {
  field,
  int64Of,
  invalid,
  labelValueProblems,
  lineOf,
  type Selector,
  type SelectorOperator,
  selectorOf,
} from '@tiphys/sdk/machinery';

/** Terms are alternatives; the requirements of one term must all hold. */
export const matchesNodeSelector = (selector: NodeSelector, node: Node): boolean =>
  selector.nodeSelectorTerms.some((t) => matchesTerm(t, node));

/** An empty term matches nothing, nor does one with a value that can't be read. */
export function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const { labels, fields } = readTerm(term);
  if (!labels && !fields) return false;
  if (labels && !labels.matches(node.metadata.labels ?? {})) return false;
  return !fields || fields.matches({ 'metadata.name': node.metadata.name ?? '' });
}

/** What can't be read in a term, as upstream says it; `at` is where the term stands in its list. */
export function termProblems({ matchExpressions = [] }: NodeSelectorTerm, at: number): string[] {
  return matchExpressions.flatMap((r, i) =>
    (r.values ?? []).flatMap((value, k) => {
      const path = field('').index(at).child('matchExpressions').index(i).child('values').index(k);
      const problems = labelValueProblems(value);
      return [
        ...(isReadable(r, value)
          ? []
          : [invalid(path, value, "for 'Gt', 'Lt' operators, the value must be an integer")]),
        ...(problems.length ? [invalid(path.key(r.key), value, problems.join('; '))] : []),
      ].map(lineOf);
    }),
  );
}

interface ReadTerm {
  readonly labels?: Selector;
  readonly fields?: Selector;
}

const read = new WeakMap<NodeSelectorTerm, ReadTerm>();

/** Read once: terms are asked of every node, for every pod of a rollout. */
function readTerm(term: NodeSelectorTerm): ReadTerm {
  let known = read.get(term);
  if (!known) {
    const { matchExpressions = [], matchFields = [] } = term;
    known = termProblems(term, 0).length
      ? {}
      : {
          ...(matchExpressions.length && { labels: selectorOf(matchExpressions.map(requirement)) }),
          ...(matchFields.length && { fields: selectorOf(matchFields.map(requirement)) }),
        };
    read.set(term, known);
  }
  return known;
}

const operators: Readonly<Record<NodeSelectorRequirement['operator'], SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
};

const requirement = ({ key, operator, values = [] }: NodeSelectorRequirement) => ({
  key,
  operator: operators[operator],
  values,
});

const isReadable = ({ operator }: NodeSelectorRequirement, value: string): boolean =>
  (operator !== 'Gt' && operator !== 'Lt') || int64Of(value) !== undefined;
