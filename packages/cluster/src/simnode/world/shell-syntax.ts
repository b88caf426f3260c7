/** What the simulated shell understands: enough of POSIX for the commands that manifests and people write. */
export type Command =
  | {
      readonly type: 'simple';
      readonly assignments: readonly (readonly [name: string, value: Word])[];
      readonly words: readonly Word[];
    }
  | { readonly type: 'list'; readonly items: readonly Command[] }
  | { readonly type: 'and' | 'or'; readonly left: Command; readonly right: Command }
  | { readonly type: 'pipe'; readonly commands: readonly Command[] }
  | { readonly type: 'not' | 'background'; readonly command: Command }
  | {
      readonly type: 'if';
      readonly branches: readonly (readonly [condition: Command, body: Command])[];
      readonly otherwise?: Command;
    }
  | { readonly type: 'while'; readonly until: boolean; readonly condition: Command; readonly body: Command }
  | { readonly type: 'for'; readonly name: string; readonly words: readonly Word[]; readonly body: Command }
  | { readonly type: 'redirected'; readonly command: Command; readonly redirects: readonly Redirect[] };

export interface Redirect {
  readonly stream: 0 | 1 | 2;
  readonly how: 'read' | 'write' | 'append' | 'duplicate';
  readonly target: Word;
}

export type Word = readonly Part[];

/** Quoted parts are neither split nor matched against files. */
export type Part = { readonly quoted: boolean } & (
  | { readonly text: string }
  | { readonly variable: string; readonly fallback?: string }
  | { readonly output: Command }
  | { readonly arithmetic: string }
);

export class SyntaxProblem extends Error {
  constructor(at: string) {
    super(`syntax error: unexpected ${at ? JSON.stringify(at.slice(0, 20)) : 'end of file'}`);
    this.name = 'SyntaxProblem';
  }
}

export function parseShell(script: string): Command {
  const parser = new Parser(script);
  const list = parser.list([]);
  parser.end();
  return list;
}

const blank = /(?:[ \t]|\\\n|#[^\n]*)*/y;
const separator = /(?:;(?!;)|\n)/y;
const operator = /&&|\|\||[;&|()<>\n]/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const reserved = new Set(['if', 'then', 'elif', 'else', 'fi', 'while', 'until', 'for', 'do', 'done', '{', '}', '!']);

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Commands one after another, until one of the words that may end them. */
  list(ends: readonly string[]): Command {
    const items: Command[] = [];
    for (;;) {
      while (this.#take(separator) !== undefined);
      if (this.#at >= this.#text.length || ends.includes(this.#peekWord()) || this.#text[this.#at] === ')') break;
      const command = this.#andOr();
      if (this.#take(/&(?!&)/y) !== undefined) items.push({ type: 'background', command });
      else {
        items.push(command);
        if (this.#take(separator) === undefined) break;
      }
    }
    return items.length === 1 ? items[0]! : { type: 'list', items };
  }

  end(): void {
    this.#take(blank);
    if (this.#at < this.#text.length) this.#fail();
  }

  #andOr(): Command {
    let left = this.#pipe();
    for (;;) {
      const sign = this.#take(/&&|\|\|/y);
      if (!sign) return left;
      while (this.#take(/\n/y) !== undefined);
      left = { type: sign === '&&' ? 'and' : 'or', left, right: this.#pipe() };
    }
  }

  #pipe(): Command {
    if (this.#takeWord('!')) return { type: 'not', command: this.#pipe() };
    const commands = [this.#redirected()];
    while (this.#take(/\|(?!\|)/y) !== undefined) commands.push(this.#redirected());
    return commands.length === 1 ? commands[0]! : { type: 'pipe', commands };
  }

  #redirected(): Command {
    const redirects: Redirect[] = [];
    const command = this.#compound() ?? this.#simple(redirects);
    this.#redirects(redirects);
    return redirects.length ? { type: 'redirected', command, redirects } : command;
  }

  #compound(): Command | undefined {
    if (this.#takeWord('if')) return this.#if();
    if (this.#takeWord('for')) return this.#for();
    if (this.#takeWord('{')) return this.#until(this.list(['}']), '}');
    for (const word of ['while', 'until']) {
      if (!this.#takeWord(word)) continue;
      const condition = this.#until(this.list(['do']), 'do');
      return { type: 'while', until: word === 'until', condition, body: this.#until(this.list(['done']), 'done') };
    }
    if (this.#take(/\(/y) === undefined) return undefined;
    const inner = this.list([]);
    if (this.#take(/\)/y) === undefined) this.#fail();
    return inner;
  }

  #if(): Command {
    const branches: [Command, Command][] = [];
    do {
      const condition = this.#until(this.list(['then']), 'then');
      branches.push([condition, this.list(['elif', 'else', 'fi'])]);
    } while (this.#takeWord('elif'));
    const otherwise = this.#takeWord('else') ? this.list(['fi']) : undefined;
    return this.#until({ type: 'if', branches, ...(otherwise && { otherwise }) }, 'fi');
  }

  #for(): Command {
    this.#take(blank);
    const variable = this.#match(name) ?? this.#fail();
    const words: Word[] = [];
    if (this.#takeWord('in')) for (let word = this.#word(); word; word = this.#word()) words.push(word);
    while (this.#take(separator) !== undefined);
    this.#until(undefined, 'do');
    return { type: 'for', name: variable, words, body: this.#until(this.list(['done']), 'done') };
  }

  #until<T>(parsed: T, word: string): T {
    if (!this.#takeWord(word)) this.#fail();
    return parsed;
  }

  #simple(redirects: Redirect[]): Command {
    const assignments: [string, Word][] = [];
    const words: Word[] = [];
    for (;;) {
      this.#redirects(redirects);
      const assigned = words.length ? undefined : this.#take(/[A-Za-z_][A-Za-z0-9_]*=/y);
      if (assigned) {
        const isEmpty = /[\s;&|)]|$/y;
        isEmpty.lastIndex = this.#at;
        assignments.push([assigned.slice(0, -1), isEmpty.test(this.#text) ? [] : (this.#word() ?? [])]);
        continue;
      }
      if (!words.length && reserved.has(this.#peekWord())) this.#fail();
      const word = this.#word();
      if (!word) break;
      words.push(word);
    }
    if (!words.length && !assignments.length && !redirects.length) this.#fail();
    return { type: 'simple', assignments, words };
  }

  #redirects(into: Redirect[]): void {
    for (;;) {
      const sign = this.#take(/[012]?(?:>>|>&|>|<(?!<))|&>/y);
      if (!sign) return;
      const isBoth = sign === '&>';
      const how = sign.endsWith('>>')
        ? 'append'
        : sign.endsWith('>&')
          ? 'duplicate'
          : sign.endsWith('<')
            ? 'read'
            : 'write';
      const stream = /^\d/.test(sign) ? (Number(sign[0]) as 0 | 1 | 2) : how === 'read' ? 0 : 1;
      into.push({ stream, how, target: this.#word() ?? this.#fail() });
      if (isBoth) into.push({ stream: 2, how: 'duplicate', target: [{ quoted: true, text: '1' }] });
    }
  }

  #word(): Word | undefined {
    this.#take(blank);
    const parts: Part[] = [];
    for (; this.#at < this.#text.length;) {
      const plain = this.#match(/[^\s;&|()<>'"$`\\]+/y);
      if (plain !== undefined) {
        parts.push({ quoted: false, text: plain });
        continue;
      }
      const escaped = this.#match(/\\[^]/y);
      const single = escaped ?? this.#match(/'[^']*'/y);
      if (single !== undefined) {
        parts.push({ quoted: true, text: escaped ? single.slice(1) : single.slice(1, -1) });
      } else if (this.#match(/"/y)) this.#doubleQuoted(parts);
      else if (this.#text[this.#at] === '$' || this.#text[this.#at] === '`') parts.push(this.#dollar(false));
      else break;
    }
    return parts.length ? parts : undefined;
  }

  #doubleQuoted(parts: Part[]): void {
    parts.push({ quoted: true, text: '' });
    while (!this.#match(/"/y)) {
      const text = this.#match(/(?:[^"$`\\]|\\[^])+/y);
      if (text !== undefined)
        parts.push({ quoted: true, text: text.replace(/\\(["$`\\]|\n)/g, (_m, c: string) => (c === '\n' ? '' : c)) });
      else if (this.#at >= this.#text.length) this.#fail();
      else parts.push(this.#dollar(true));
    }
  }

  #dollar(quoted: boolean): Part {
    if (this.#match(/`/y)) {
      const inner = this.#match(/[^`]*/y) ?? '';
      if (!this.#match(/`/y)) this.#fail();
      return { quoted, output: parseShell(inner) };
    }
    const arithmetic = this.#match(/\$\(\((?:[^()]|\([^()]*\))*\)\)/y);
    if (arithmetic) return { quoted, arithmetic: arithmetic.slice(3, -2) };
    if (this.#match(/\$\(/y)) {
      const output = this.list([]);
      this.#take(blank);
      if (!this.#match(/\)/y)) this.#fail();
      return { quoted, output };
    }
    const [, braced, fallback] =
      /^([A-Za-z_0-9?#@*]+)(?::?-([^]*))?$/.exec(this.#match(/\$\{[^}]*\}/y)?.slice(2, -1) ?? '') ?? [];
    if (braced) return { quoted, variable: braced, ...(fallback !== undefined && { fallback }) };
    const variable = this.#match(/\$(?:[A-Za-z_][A-Za-z0-9_]*|[0-9?$!#@*])/y);
    if (variable) return { quoted, variable: variable.slice(1) };
    if (this.#match(/\$(?!\{)/y)) return { quoted, text: '$' };
    return this.#fail();
  }

  #peekWord(): string {
    this.#take(blank);
    const word = /[^\s;&|()<>]+/y;
    word.lastIndex = this.#at;
    return word.exec(this.#text)?.[0] ?? '';
  }

  #takeWord(word: string): boolean {
    if (this.#peekWord() !== word) return false;
    this.#at += word.length;
    return true;
  }

  /** After blanks. */
  #take(pattern: RegExp): string | undefined {
    if (pattern !== blank) this.#match(blank);
    return this.#match(pattern);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found) this.#at += found.length;
    return found || undefined;
  }

  #fail(): never {
    operator.lastIndex = this.#at;
    throw new SyntaxProblem(operator.exec(this.#text)?.[0] ?? this.#peekWord());
  }
}
