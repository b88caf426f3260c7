import { isMap, isScalar, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';

export interface YamlText {
  readonly value: unknown;
  /** Keys that stand twice in one map, in upstream's words; the last of them counts. */
  readonly duplicates: readonly string[];
}

/** Text that isn't YAML. The message is upstream's. */
export class YamlProblem extends Error {}

/** The first document of a YAML text, read as 1.1. */
export function readYaml(text: string): YamlText {
  const lineCounter = new LineCounter();
  try {
    const document = parseDocument(text, { version: '1.1', lineCounter, uniqueKeys: false, logLevel: 'silent' });
    const lineOf = (offset: number) => lineCounter.linePos(offset).line;
    const problem = document.errors.find((e) => e.code !== 'MULTIPLE_DOCS');
    if (problem) throw new YamlProblem(`yaml: line ${lineOf(problem.pos[0])}: ${wordsOf(problem)}`);
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown, duplicates: duplicatesIn(document, lineOf) };
  } catch (err) {
    if (err instanceof RangeError) throw new YamlProblem('yaml: exceeded max depth of 10000');
    if (err instanceof ReferenceError) throw new YamlProblem('yaml: document contains excessive aliasing');
    throw err;
  }
}

function duplicatesIn(document: ReturnType<typeof parseDocument>, lineOf: (offset: number) => number): string[] {
  const found: string[] = [];
  visit(document, {
    Map(_, map) {
      if (!isMap(map) || map.items.length < 2) return;
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          found.push(`line ${lineOf(key.range?.[0] ?? 0)}: key ${JSON.stringify(key.value)} already set in map`);
        }
        seen.add(key.value);
      }
    },
  });
  return found;
}

function wordsOf({ code, message }: YAMLError): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'found a tab character that violates indentation';
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return 'mapping values are not allowed in this context';
    case 'MISSING_CHAR':
      if (message.includes('quote')) return 'found unexpected end of stream';
      return message.includes(']') || message.includes('sequence')
        ? "did not find expected ',' or ']'"
        : "did not find expected ',' or '}'";
    case 'BAD_ALIAS':
      return 'unknown anchor referenced';
    case 'BAD_INDENT':
    case 'IMPOSSIBLE':
      return 'did not find expected key';
    default:
      return 'did not find expected node content';
  }
}
