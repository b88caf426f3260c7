import { type Document, isAlias, type ParsedNode, visit, type YAMLError } from 'yaml';

/** Text that isn't YAML. The message is upstream's. */
export class YamlProblem extends Error {}

/**
 * What upstream's parser says of an error. Its scanner and its parser count lines differently, and neither names the first: the
 * line told is where what was being read began, or where it went wrong if that began on the first line.
 */
export function problemOf(error: YAMLError, text: string, document: Document.Parsed): YamlProblem {
  const { by, words, from, at } = found(error, text, document);
  const lineOf = by === 'scanner' ? linesBefore : lineOfToken;
  const line = lineOf(text, from) || lineOf(text, at);
  const shown = line && (by === 'scanner' ? line + 1 : line);
  return new YamlProblem(`yaml: ${shown ? `line ${shown}: ` : ''}${words}`);
}

/** The one tag whose values may be wrong. */
export const badBinary = '!!binary value contains invalid base64 data';

interface Found {
  readonly by: 'scanner' | 'parser';
  readonly words: string;
  /** Offset where what was being read began. */
  readonly from: number;
  readonly at: number;
}

function found({ code, message, pos: [at] }: YAMLError, text: string, document: Document.Parsed): Found {
  const scanner = (words: string, where = at, from = where): Found => ({ by: 'scanner', words, from, at: where });
  const parser = (words: string, where = at, from = where): Found => ({ by: 'parser', words, from, at: where });
  switch (code) {
    case 'TAB_AS_INDENT':
      // After a word the tab would go on with it; elsewhere it would begin something.
      return /[^\s:-]\s*$/.test(text.slice(0, at))
        ? scanner('found a tab character that violates indentation', at, lastStart(document, 'PLAIN', at))
        : scanner('found character that cannot start any token');
    case 'TAG_RESOLVE_FAILED':
      return parser(badBinary, 0);
    case 'BAD_SCALAR_START':
      return scanner('found character that cannot start any token');
    case 'BAD_DQ_ESCAPE':
      return scanner('found unknown escape character', at, lastStart(document, 'QUOTE_DOUBLE', at));
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return scanner('mapping values are not allowed in this context', at + text.slice(at).search(/:(\s|$)/));
    case 'MISSING_CHAR':
      if (message.includes('quote')) {
        const quote = message.includes('"') ? 'QUOTE_DOUBLE' : 'QUOTE_SINGLE';
        return scanner('found unexpected end of stream', text.length, lastStart(document, quote, text.length));
      }
      if (message.includes('map values')) return scanner("could not find expected ':'", text.length, at);
      return message.startsWith('Flow') ? flow() : scanner('found unknown directive name', 0);
    case 'BAD_INDENT':
    case 'IMPOSSIBLE':
      return message.startsWith('Flow') ? flow() : parser('did not find expected key', at, blockStart(text));
    case 'UNEXPECTED_TOKEN':
      if (message.includes('block-seq-ind on same line')) {
        return scanner('block sequence entries are not allowed in this context');
      }
      if (text.startsWith('- ') && message.includes('at node end'))
        return parser("did not find expected '-' indicator", at, 0);
      return parser('did not find expected node content');
    default:
      return parser('did not find expected node content');
  }

  /** A list or map in brackets that isn't closed where it should be, or that isn't gone on with. */
  function flow(): Found {
    const open = innermostOpen(text.slice(0, at));
    if (/[:,[{]\s*$/.test(text)) return parser('did not find expected node content', text.length);
    return parser(
      text[open] === '[' ? "did not find expected ',' or ']'" : "did not find expected ',' or '}'",
      at,
      open,
    );
  }
}

const linesBefore = (text: string, offset: number): number => text.slice(0, offset).split('\n').length - 1;

/** The end of a text is a token like any, on a line of its own. */
function lineOfToken(text: string, offset: number): number {
  const before = text.slice(0, offset);
  const lines = linesBefore(text, offset);
  return offset >= text.replace(/\s+$/, '').length && before !== '' && !before.endsWith('\n') ? lines + 1 : lines;
}

function lastStart(document: Document.Parsed, type: string, before: number): number {
  let start = 0;
  visit(document, {
    Scalar(_, { type: own, range }) {
      if (own === type && range && range[0] < before) start = range[0];
    },
  });
  return start;
}

const blockStart = (text: string): number => text.search(/\S/);

function innermostOpen(text: string): number {
  const open: number[] = [];
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quote) quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === '[' || c === '{') open.push(i);
    else if (c === ']' || c === '}') open.pop();
  }
  return open.at(-1) ?? 0;
}

/** What is read of aliases: one that names nothing, or too many. */
export function aliasProblem(document: Document.Parsed): YamlProblem {
  let unknown: string | undefined;
  const anchors = new Set<string>();
  visit(document, {
    Node(_, node) {
      const { anchor } = node as ParsedNode & { anchor?: string };
      if (anchor) anchors.add(anchor);
      if (isAlias(node) && !anchors.has(node.source)) unknown ??= node.source;
    },
  });
  if (unknown !== undefined) return new YamlProblem(`yaml: unknown anchor '${unknown}' referenced`);
  return new YamlProblem('yaml: document contains excessive aliasing');
}
