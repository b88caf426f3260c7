import { YamlProblem } from './problem.ts';
import { type Mark, ScanError } from './cursor.ts';
import { type Token, type TokenType, YamlScanner } from './scanner.ts';

/** What upstream's parser has against the first document of a text; nothing when it has nothing. */
export function syntaxProblem(text: string): YamlProblem | undefined {
  try {
    new Syntax(text).document();
    return undefined;
  } catch (err) {
    if (err instanceof YamlProblem) return err;
    if (err instanceof ScanError) return problem(err.message, err.mark.line && err.mark.line + 1, err.begin);
    throw err;
  }
}

/** The line told is where it went wrong, or where what was being read began if that was on the first line. */
function problem(words: string, line: number, begin?: Mark): YamlProblem {
  const shown = line || begin?.line;
  return new YamlProblem(`yaml: ${shown ? `line ${shown}: ` : ''}${words}`);
}

/** `indentless`: the value of a map may be a sequence that stands right below its key. */
type Place = 'block' | 'indentless' | 'flow';

/** YAML's grammar over tokens, for its errors alone. */
class Syntax {
  readonly #scanner: YamlScanner;
  readonly #anchors = new Set<string>();
  /** Anchors of what is being read. */
  readonly #open = new Set<string>();
  #contained: string | undefined;
  readonly #handles = new Set(['!', '!!']);

  constructor(text: string) {
    this.#scanner = new YamlScanner(text);
  }

  document(): void {
    while (this.#is('document end')) this.#scanner.take();
    if (this.#is('stream end')) return;
    if (this.#is('directive', 'document start')) {
      while (this.#is('directive')) this.#handles.add(this.#scanner.take().name!);
      if (!this.#is('document start')) throw this.#error('did not find expected <document start>');
      this.#scanner.take();
      if (this.#is('directive', 'document start', 'document end', 'stream end')) return;
    }
    this.#node('block');
    // Whatever comes now ends the document, but it must be something.
    this.#scanner.peek();
    if (this.#contained) throw new YamlProblem(`yaml: anchor '${this.#contained}' value contains itself`);
  }

  #node(where: Place): void {
    if (this.#is('alias')) {
      const { name } = this.#scanner.take();
      if (!this.#anchors.has(name!)) throw new YamlProblem(`yaml: unknown anchor '${name}' referenced`);
      if (this.#open.has(name!)) this.#contained ??= name;
      return;
    }
    const begin = this.#scanner.peek().mark;
    const properties: Partial<Record<TokenType, Token>> = {};
    while (this.#is('anchor', 'tag') && !properties[this.#scanner.peek().type]) {
      const token = this.#scanner.take();
      properties[token.type] = token;
    }
    const { anchor, tag } = properties;
    if (tag && !this.#handles.has(tag.name!)) throw problem('found undefined tag handle', tag.mark.line, begin);
    if (!anchor) return this.#content(where, { begin, isGiven: tag !== undefined });
    const name = anchor.name!;
    this.#anchors.add(name);
    this.#open.add(name);
    this.#content(where, { begin, isGiven: true });
    this.#open.delete(name);
  }

  /** `isGiven`: there is something already, if only an anchor or a tag. */
  #content(where: Place, { begin, isGiven }: { begin: Mark; isGiven: boolean }): void {
    const { type } = this.#scanner.peek();
    if (type === 'block entry' && where === 'indentless') return this.#indentless();
    if (type === 'scalar') return void this.#scanner.take();
    if (type === 'flow sequence') return this.#flowSequence();
    if (type === 'flow mapping') return this.#flowMapping();
    if (type === 'block sequence' && where !== 'flow') return this.#blockSequence();
    if (type === 'block mapping' && where !== 'flow') return this.#blockMapping();
    if (!isGiven) throw this.#error('did not find expected node content', begin);
  }

  #blockSequence(): void {
    const { mark } = this.#scanner.take();
    while (!this.#is('block end')) {
      if (!this.#is('block entry')) throw this.#error("did not find expected '-' indicator", mark);
      this.#scanner.take();
      if (!this.#is('block entry', 'block end')) this.#node('block');
    }
    this.#scanner.take();
  }

  #indentless(): void {
    while (this.#is('block entry')) {
      this.#scanner.take();
      if (!this.#is('block entry', 'key', 'value', 'block end')) this.#node('block');
    }
  }

  #blockMapping(): void {
    const { mark } = this.#scanner.take();
    const ends: readonly TokenType[] = ['key', 'value', 'block end'];
    while (!this.#is('block end')) {
      if (!this.#is('key')) throw this.#error('did not find expected key', mark);
      this.#scanner.take();
      if (!this.#is(...ends)) this.#node('indentless');
      if (!this.#is('value')) continue;
      this.#scanner.take();
      if (!this.#is(...ends)) this.#node('indentless');
    }
    this.#scanner.take();
  }

  #flowSequence(): void {
    const { mark } = this.#scanner.take();
    this.#flowItems('flow sequence end', "did not find expected ',' or ']'", mark);
  }

  #flowMapping(): void {
    const { mark } = this.#scanner.take();
    this.#flowItems('flow mapping end', "did not find expected ',' or '}'", mark);
  }

  /** A sequence may have pairs among its items, a map what has no value. */
  #flowItems(end: TokenType, words: string, mark: Mark): void {
    for (let isFirst = true; !this.#is(end); isFirst = false) {
      if (!isFirst) {
        if (!this.#is('flow entry')) throw this.#error(words, mark);
        this.#scanner.take();
        if (this.#is(end)) break;
      }
      if (!this.#is('key')) {
        this.#node('flow');
        continue;
      }
      this.#scanner.take();
      if (!this.#is('value', 'flow entry', end)) this.#node('flow');
      if (!this.#is('value')) continue;
      this.#scanner.take();
      if (!this.#is('flow entry', end)) this.#node('flow');
    }
    this.#scanner.take();
  }

  #is(...types: readonly TokenType[]): boolean {
    return types.includes(this.#scanner.peek().type);
  }

  #error(words: string, begin?: Mark): YamlProblem {
    return problem(words, this.#scanner.peek().mark.line, begin);
  }
}
