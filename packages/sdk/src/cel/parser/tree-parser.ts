import {
  alternativesByToken,
  type NetAlternative,
  type NetRule,
  type Piece,
  root,
  rules,
  type State,
} from './network.ts';
import { predict } from './prediction.ts';
import { ErrorRecovery, ParseAborted, type ParseLimits, type Standing, SyntaxError } from './recovery.ts';
import type { Tokens } from './lexer.ts';
import { callerOf, TreeNode } from './tree.ts';
import { endOfInput, type Token, type TokenType } from './tokens.ts';

/** Parses by the network of the grammar, and after an error goes on as upstream's parsers do. */
export class TreeParser implements Standing {
  readonly tokens: Tokens;
  readonly #limits: ParseLimits;
  readonly #recovery: ErrorRecovery;
  readonly #depths = new Map<string, number>();
  readonly #precedences: number[] = [0];
  #at = 0;
  state: State = rules.start.start;
  node!: TreeNode;

  constructor(tokens: Tokens, report: (offset: number, message: string) => void, limits: ParseLimits) {
    this.tokens = tokens;
    this.#limits = limits;
    this.#recovery = new ErrorRecovery(this, report, limits);
  }

  /** The tree of the whole expression, however broken. Throws `ParseAborted` at a limit. */
  parse(): TreeNode {
    return this.#rule(rules.start, undefined, 0);
  }

  token(ahead = 0): Token {
    const { visible } = this.tokens;
    return visible[Math.min(this.#at + ahead, visible.length - 1)]!;
  }

  /** Also the end of input once and again, as far as any reader is concerned. */
  ahead(count: number): TokenType {
    return this.token(count).type;
  }

  get position(): number {
    return this.#at;
  }

  consume(): Token {
    const token = this.token();
    if (token.type !== endOfInput) this.#at++;
    return token;
  }

  #rule(rule: NetRule, invokedFrom: State | undefined, precedence: number): TreeNode {
    const parent = this.node as TreeNode | undefined;
    this.#enter(rule);
    this.state = rule.start;
    let node = new TreeNode(rule, this.token(), parent, invokedFrom);
    this.node = node;
    if (rule.suffixes) this.#precedences.push(precedence);
    try {
      this.#take(this.#choose(rule.choice, rule.alternatives));
      if (rule.suffixes) this.#takeSuffixes(rule, node);
    } catch (err) {
      if (!(err instanceof SyntaxError)) throw err;
      this.#recovery.report(err);
      this.#recovery.recover();
    }
    node = this.node;
    if (rule.suffixes) this.#precedences.pop();
    else if (invokedFrom) this.state = invokedFrom;
    this.#depths.set(rule.name, this.#depths.get(rule.name)! - 1);
    this.node = parent!;
    return node;
  }

  #enter({ name }: NetRule): void {
    const depth = (this.#depths.get(name) ?? 0) + 1;
    if (depth > this.#limits.recursion) {
      throw new ParseAborted(`expression recursion limit exceeded: ${this.#limits.recursion}`);
    }
    this.#depths.set(name, depth);
  }

  /** Each suffix makes a node around what there is so far. */
  #takeSuffixes(rule: NetRule, first: TreeNode): void {
    const { entry, back, choice, alternatives } = rule.suffixes!;
    this.#stand(entry);
    while (this.#predict(entry) === 1) {
      const around = new TreeNode(rule, first.start, first.parent, first.invokedFrom);
      let alternative = alternatives[0]!;
      if (choice) {
        this.#stand(choice);
        alternative = alternatives[this.#predict(choice, false) - 1]!;
      }
      around.addNode('left', this.node);
      this.node = around;
      this.#take(alternative);
      this.#stand(back);
    }
  }

  #choose(choice: State | undefined, alternatives: readonly NetAlternative[]): NetAlternative {
    if (!choice) return alternatives[0]!;
    this.#stand(choice);
    return alternatives[this.#predict(choice, false) - 1]!;
  }

  /** Which way to go: an alternative's number, from 1. The last one of an optional part is to leave it out. */
  #predict(decision: State, optional = true): number {
    const sets = alternativesByToken(decision);
    if (sets) {
      const found = sets.findIndex((s) => s.has(this.ahead(0)));
      if (found >= 0) return found + 1;
      if (optional) return sets.length;
      throw new SyntaxError('noAlternative', this.token(), this.token());
    }
    const precedence =
      decision.kind === 'loopEntry' && rules[decision.rule].suffixes ? this.#precedences.at(-1)! : undefined;
    const prediction = predict(decision, this, callerOf(this.node, root), precedence);
    if ('alternative' in prediction) return prediction.alternative;
    throw new SyntaxError('noAlternative', this.token(), this.token(prediction.failedAhead));
  }

  #stand(state: State): void {
    this.state = state;
    this.#recovery.sync();
  }

  #take({ name, pieces }: NetAlternative): void {
    this.node.alternative = name;
    for (const piece of pieces) this.#piece(piece);
  }

  #piece(piece: Piece): void {
    switch (piece.kind) {
      case 'token':
        this.state = piece.state;
        this.node.addToken(piece.label, this.#match(piece.types));
        return;
      case 'rule': {
        this.state = piece.state;
        const { node } = this;
        node.addNode(piece.label, this.#rule(rules[piece.rule], piece.state, piece.precedence));
        return;
      }
      case 'optional':
        this.#stand(piece.entry);
        if (this.#predict(piece.entry) === 1) for (const p of piece.body) this.#piece(p);
        return;
      case 'star':
        this.#stand(piece.entry);
        while (this.#predict(piece.decision) === 1) {
          for (const p of piece.body) this.#piece(p);
          this.#stand(piece.back);
        }
        return;
      case 'plus':
        this.#stand(piece.entry);
        do {
          for (const p of piece.body) this.#piece(p);
          this.#stand(piece.back);
        } while (this.#predict(piece.decision) === 1);
    }
  }

  #match(types: ReadonlySet<TokenType>): Token {
    if (!types.has(this.ahead(0))) return this.#recovery.recoverInline();
    this.#recovery.matched();
    return this.consume();
  }
}
