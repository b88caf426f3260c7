import { type Document, isAlias, isCollection, isScalar, type Node, type Pair, visit, type YAMLMap } from 'yaml';
import { isObject } from '@tiphys/sdk/machinery';
import { YamlProblem } from './yaml-problem.ts';

/** JSON has texts as keys: what is none, and can't be made one, is refused as upstream does it. */
export function checkMapKeys(document: Document.Parsed, text: string): void {
  const nulls: Pair<unknown, Node | null>[] = [];
  let invalid: Node | undefined;
  visit(document, {
    Map(_, map) {
      for (const pair of map.items as Pair<Node | null, Node | null>[]) {
        const key = isAlias(pair.key) ? pair.key.resolve(document) : pair.key;
        if (isCollection(key)) invalid ??= key;
        if (key !== null && key !== undefined && !(isScalar(key) && key.value === null)) continue;
        if (isLeftOut(key, text)) throw noKey(map, key, text);
        nulls.push(pair);
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

/** Whether there is a colon and nothing before it, not even a question mark. */
function isLeftOut(key: Node | null | undefined, text: string): key is Node {
  const at = key?.range?.[0];
  return at !== undefined && /^\s*:/.test(text.slice(at)) && !/\?\s*$/.test(text.slice(0, at));
}

/** Upstream's parser takes such a colon for the end of the map. */
function noKey(map: YAMLMap, key: Node, text: string): YamlProblem {
  const line = text.slice(0, text.indexOf(':', key.range![0])).split('\n').length - 1;
  const words = map.flow ? 'did not find expected node content' : 'did not find expected key';
  return new YamlProblem(`yaml: ${line ? `line ${line}: ` : ''}${words}`);
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
