import { ParseAborted } from './aborted.ts';
import type { TreeNode } from './tree.ts';
import { ruleEnd, tokensAfter, tokensAfterIn } from './expected-tokens.ts';
import type { State } from './network.ts';
import { endOfInput, type Token, tokenNames, type TokenType } from './tokens.ts';
import type { Tokens } from './lexer.ts';

export interface ParseLimits {
  /** How deep any one rule may stand within itself. */
  readonly recursion: number;
  /** How often parsing goes on after an error. */
  readonly recoveries: number;
  /** How many tokens one recovery may skip. */
  readonly skippedTokens: number;
}

/** Where a parser stands. */
export interface Standing {
  readonly tokens: Tokens;
  readonly state: State;
  readonly node: TreeNode;
  readonly position: number;
  token(ahead?: number): Token;
  consume(): Token;
}

/** Input that fits nothing, from `start` up to `offending`. */
export class SyntaxError extends Error {
  readonly kind: 'mismatch' | 'noAlternative';
  readonly start: Token;
  readonly offending: Token;

  constructor(kind: SyntaxError['kind'], start: Token, offending: Token) {
    super(kind);
    this.kind = kind;
    this.start = start;
    this.offending = offending;
  }
}

/**
 * Says what is wrong and finds a place to go on: by leaving one token out, by making one up, or by skipping to what may follow.
 * Until a token matches again nothing more is said.
 */
export class ErrorRecovery {
  readonly #at: Standing;
  readonly #report: (offset: number, message: string) => void;
  readonly #limits: ParseLimits;
  #recovering = false;
  #recoveries = 0;
  #lastPosition = -1;
  #lastStates = new Set<State>();

  constructor(at: Standing, report: (offset: number, message: string) => void, limits: ParseLimits) {
    this.#at = at;
    this.#report = report;
    this.#limits = limits;
  }

  matched(): void {
    this.#recovering = false;
    this.#lastStates.clear();
    this.#lastPosition = -1;
  }

  /** Before a choice: what can't begin or follow it is dealt with here, at the least cost. */
  sync(): void {
    if (this.#recovering) return;
    const { state } = this.#at;
    const type = this.#at.token().type;
    const next = tokensAfter(state);
    if (next.has(ruleEnd) || next.has(type)) return;
    if (state.kind === 'loopBack') {
      this.#reportUnwanted();
      this.#skipTo(new Set([...this.#expected(), ...this.#recoverySet()]), Infinity);
    } else if (!this.#leaveOut(Infinity)) {
      throw new SyntaxError('mismatch', this.#at.token(), this.#at.token());
    }
  }

  /** In place of the token that should have come. */
  recoverInline(): Token {
    this.#countRecovery();
    if (this.#leaveOut(this.#limits.skippedTokens)) return this.#at.consume();
    const made = this.#makeUp();
    if (made) return made;
    throw new SyntaxError('mismatch', this.#at.token(), this.#at.token());
  }

  report({ kind, start, offending }: SyntaxError): void {
    if (this.#recovering) return;
    this.#recovering = true;
    if (kind === 'mismatch') {
      this.#report(offending.offset, `mismatched input ${shown(offending)} expecting ${tokenNames(this.#expected())}`);
    } else {
      const text = start.type === endOfInput ? '<EOF>' : this.#textOf(start, offending);
      this.#report(offending.offset, `no viable alternative at input ${quoted(text)}`);
    }
  }

  /** After an error that ended a rule. */
  recover(): void {
    this.#countRecovery();
    const { state, position } = this.#at;
    let skippable = this.#limits.skippedTokens;
    if (this.#lastPosition === position && this.#lastStates.has(state)) {
      this.#at.consume();
      skippable--;
    }
    this.#lastPosition = this.#at.position;
    this.#lastStates.add(state);
    this.#skipTo(this.#recoverySet(), skippable);
  }

  #countRecovery(): void {
    if (this.#recoveries++ < this.#limits.recoveries) return;
    this.#report(this.#at.token().offset, `error recovery attempt limit exceeded: ${this.#limits.recoveries}`);
    throw new ParseAborted('');
  }

  #leaveOut(skippable: number): boolean {
    if (!this.#expected().has(this.#at.token(1).type)) return false;
    this.#reportUnwanted();
    if (skippable < 1) throw this.#tooManySkipped();
    this.#at.consume();
    this.matched();
    return true;
  }

  #makeUp(): Token | undefined {
    const { state, node } = this.#at;
    const follows = tokensAfterIn(state.transitions[0]!.target, node.caller);
    if (!follows.has(this.#at.token().type)) return undefined;
    const expected = this.#expected();
    if (!this.#recovering) {
      this.#recovering = true;
      this.#report(this.#at.token().offset, `missing ${tokenNames(expected)} at ${shown(this.#at.token())}`);
    }
    return madeUp(Math.min(...expected), this.#at);
  }

  #reportUnwanted(): void {
    if (this.#recovering) return;
    this.#recovering = true;
    const token = this.#at.token();
    this.#report(token.offset, `extraneous input ${shown(token)} expecting ${tokenNames(this.#expected())}`);
  }

  #skipTo(wanted: ReadonlySet<TokenType>, skippable: number): void {
    let skipped = 0;
    for (let { type } = this.#at.token(); type !== endOfInput && !wanted.has(type); { type } = this.#at.token()) {
      if (skipped++ >= skippable) throw this.#tooManySkipped();
      this.#at.consume();
    }
  }

  #tooManySkipped(): ParseAborted {
    return new ParseAborted(`error recovery token lookahead limit exceeded: ${this.#limits.skippedTokens}`);
  }

  /** What could come here, given who called. */
  #expected(): Set<TokenType> {
    let next = tokensAfter(this.#at.state);
    const all = new Set(next);
    for (let node: TreeNode | undefined = this.#at.node; node && next.has(ruleEnd); node = node.parent) {
      const call = node.invokedFrom?.transitions[0];
      if (call?.kind !== 'rule') break;
      next = tokensAfter(call.follow);
      for (const type of next) all.add(type);
    }
    all.delete(ruleEnd);
    if (next.has(ruleEnd)) all.add(endOfInput);
    return all;
  }

  /** What may follow any of the rules that the parser stands in. */
  #recoverySet(): Set<TokenType> {
    const all = new Set<TokenType>();
    for (let node: TreeNode | undefined = this.#at.node; node; node = node.parent) {
      const call = node.invokedFrom?.transitions[0];
      if (call?.kind !== 'rule') break;
      for (const type of tokensAfter(call.follow)) all.add(type);
    }
    all.delete(ruleEnd);
    return all;
  }

  #textOf(start: Token, end: Token): string {
    const tokens = this.#at.tokens.all.slice(start.index, end.index + 1);
    return tokens.map((t) => (t.type === endOfInput ? '' : t.text)).join('');
  }
}

function madeUp(type: TokenType, at: Standing): Token {
  const current = at.token();
  const { offset } = current.type === endOfInput && at.position > 0 ? at.token(-1) : current;
  const name = tokenNames(new Set([type]));
  const text = name.startsWith("'")
    ? `<missing ${name}>`
    : type === endOfInput
      ? '<missing EOF>'
      : '<missing undefined>';
  return { type, text, offset, index: -1 };
}

const shown = (token: Token): string => quoted(token.text);

const quoted = (text: string): string =>
  `'${text.replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
