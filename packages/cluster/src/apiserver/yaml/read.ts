import { isMap, isScalar, LineCounter, parseDocument, type ScalarTag, type Tags, visit } from 'yaml';
import { checkCharacters } from './characters.ts';
import { checkMapKeys } from './map-keys.ts';
import { YamlProblem } from './problem.ts';
import { syntaxProblem } from './syntax.ts';

export interface YamlText {
  readonly value: unknown;
  /** Keys that stand twice in one map, in upstream's words; the last of them counts. */
  readonly duplicates: readonly string[];
}

/** The first document of a YAML text, read as 1.1. */
export function readYaml(bytes: Uint8Array): YamlText {
  checkCharacters(bytes);
  const text = Buffer.from(bytes).toString();
  try {
    const problem = syntaxProblem(text);
    if (problem) throw problem;
    return read(text);
  } catch (err) {
    if (err instanceof RangeError) throw new YamlProblem('yaml: exceeded max depth of 10000');
    throw err;
  }
}

function read(text: string): YamlText {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    lineCounter,
    uniqueKeys: false,
    logLevel: 'silent',
    // Each would quote the text around it, and there may be thousands.
    prettyErrors: false,
    customTags: asUpstream,
  });
  // Upstream has read all it wants to when the value ends, whatever follows.
  const end = document.contents?.range?.[1] ?? Infinity;
  const unread = document.errors.find((e) => e.code !== 'MULTIPLE_DOCS' && e.pos[0] < end);
  if (unread) {
    if (unread.message.startsWith(badBinary)) throw new YamlProblem(`yaml: ${badBinary}`);
    // Well formed for upstream (brackets and quotes may go on left of where they began), but the library would misread it.
    const { line } = lineCounter.linePos(unread.pos[0]);
    throw new YamlProblem(`yaml: line ${line}: ${unread.message}`);
  }
  const lineOf = (offset: number) => lineCounter.linePos(offset).line;
  try {
    checkMapKeys(document);
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown, duplicates: duplicatesIn(document, lineOf) };
  } catch (err) {
    if (err instanceof ReferenceError) throw new YamlProblem('yaml: document contains excessive aliasing');
    // The one other thing that can be wrong with values: `<<` with no map.
    if (err instanceof Error && err.message.startsWith('Merge sources')) {
      throw new YamlProblem('yaml: map merge requires map or sequence of maps as the value');
    }
    throw err;
  }
}

/** The one tag whose values may be wrong. */
const badBinary = '!!binary value contains invalid base64 data';

/** Upstream reads times as the texts that they are, binary as the text it encodes, and knows no other kinds of maps. */
function asUpstream(tags: Tags): Tags {
  const dropped = ['timestamp', 'binary', 'set', 'omap', 'pairs'].map((name) => `tag:yaml.org,2002:${name}`);
  const kept = tags.filter((t) => typeof t === 'string' || !(dropped.includes(t.tag) || isSexagesimal(t as ScalarTag)));
  return [...kept, binary, timestamp, octal];
}

const isSexagesimal = ({ format }: ScalarTag): boolean => format === 'TIME';

const binary: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  resolve(text, onError) {
    const plain = text.replace(/\s/g, '');
    if (plain.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(plain)) {
      onError(badBinary);
    }
    return Buffer.from(plain, 'base64').toString();
  },
};

const timestamp: ScalarTag = { tag: 'tag:yaml.org,2002:timestamp', resolve: (text) => text };

const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => (text.startsWith('-') ? -1 : 1) * parseInt(text.replace(/^[-+]?0o|_/g, ''), 8),
};

function duplicatesIn(document: ReturnType<typeof parseDocument>, lineOf: (offset: number) => number): string[] {
  const found: string[] = [];
  visit(document, {
    Map(_, map) {
      if (!isMap(map) || map.items.length < 2) return;
      const seen = new Set<unknown>();
      for (const { key, value } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          // Where the value begins is what upstream names.
          const at = (value as { range?: readonly number[] } | null)?.range?.[0] ?? key.range?.[0] ?? 0;
          found.push(`line ${lineOf(at)}: key ${JSON.stringify(key.value)} already set in map`);
        }
        seen.add(key.value);
      }
    },
  });
  return found;
}
