import { type Document, isAlias, isCollection, isScalar, type Node, type Pair, visit } from 'yaml';
import { isObject } from '@tiphys/sdk/machinery';
import { YamlProblem } from './problem.ts';

/** JSON has texts as keys: what is none, and can't be made one, is refused as upstream does it. */
export function checkMapKeys(document: Document.Parsed): void {
  const nulls: Pair<unknown, Node | null>[] = [];
  let invalid: Node | undefined;
  visit(document, {
    Map(_, map) {
      for (const pair of map.items as Pair<Node | null, Node | null>[]) {
        const key = isAlias(pair.key) ? pair.key.resolve(document) : pair.key;
        if (isCollection(key)) invalid ??= key;
        else if (key === null || key === undefined || (isScalar(key) && key.value === null)) nulls.push(pair);
      }
    },
  });
  if (invalid) throw new YamlProblem(`yaml: invalid map key: ${goSyntax(invalid.toJS(document))}`);
  const [pair] = nulls;
  if (!pair) return;
  const value = (pair.value?.toJS(document) ?? null) as unknown;
  const shown = value === null ? '<nil>' : goSyntax(value);
  throw new YamlProblem(`unsupported map key of type: %!s(<nil>), key: <nil>, value: ${shown}`);
}

/** A value as Go's `%#v` shows what its YAML was read into. */
function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (!isObject(value)) return value === null ? 'interface {}(nil)' : JSON.stringify(value);
  const pairs = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${goSyntax(item)}`);
  return `map[interface {}]interface {}{${pairs.join(', ')}}`;
}
