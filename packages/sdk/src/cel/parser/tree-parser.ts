import type { RuleName } from './grammar.ts';
import type { Tokens } from './lexer.ts';
import { alternativesByToken } from './expected-tokens.ts';
import { rules, type State } from './network.ts';
import { predict } from './prediction.ts';
import { programs, type Step } from './program.ts';
import { ParseAborted } from './aborted.ts';
import { ErrorRecovery, type ParseLimits, type Standing, SyntaxError } from './recovery.ts';
import { endOfInput, type Token, type TokenType } from './tokens.ts';
import { TreeNode } from './tree.ts';

/** A rule in the middle of its steps. */
interface Frame {
  readonly steps: readonly Step[];
  at: number;
  /** What the caller calls it. */
  readonly label: string;
  readonly precedence: number;
  /** The node grows outward with each suffix of a left-recursive rule; this is the first. */
  readonly first: TreeNode;
  node: TreeNode;
}

/** Parses by the network of the grammar, and after an error goes on as upstream's parsers do. */
export class TreeParser implements Standing {
  readonly tokens: Tokens;
  readonly #limits: ParseLimits;
  readonly #recovery: ErrorRecovery;
  readonly #depths = new Map<RuleName, number>();
  readonly #frames: Frame[] = [];
  #at = 0;
  state: State = rules.start.start;

  constructor(tokens: Tokens, report: (offset: number, message: string) => void, limits: ParseLimits) {
    this.tokens = tokens;
    this.#limits = limits;
    this.#recovery = new ErrorRecovery(this, report, limits);
  }

  /** The tree of the whole expression, however broken. Throws `ParseAborted` at a limit. */
  parse(): TreeNode {
    let frame = this.#enter('start', 0, '', undefined);
    for (;;) {
      const done = this.#run(frame);
      if (!done) {
        frame = this.#frames.at(-1)!;
        continue;
      }
      const caller = this.#leave(frame);
      if (!caller) return frame.node;
      frame = caller;
    }
  }

  get node(): TreeNode {
    return this.#frames.at(-1)!.node;
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

  #enter(rule: RuleName, precedence: number, label: string, invokedFrom: State | undefined): Frame {
    const depth = (this.#depths.get(rule) ?? 0) + 1;
    if (depth > this.#limits.recursion) {
      throw new ParseAborted(`expression recursion limit exceeded: ${this.#limits.recursion}`);
    }
    this.#depths.set(rule, depth);
    this.state = rules[rule].start;
    const node = new TreeNode(rules[rule], this.token(), this.#frames.at(-1)?.node, invokedFrom);
    const frame = { steps: programs.get(rule)!, at: 0, label, precedence, first: node, node };
    this.#frames.push(frame);
    return frame;
  }

  /** Hands the node to the caller; nothing when nobody called. */
  #leave({ node, label, first }: Frame): Frame | undefined {
    this.#frames.pop();
    const { rule } = node;
    this.#depths.set(rule.name, this.#depths.get(rule.name)! - 1);
    // Left-recursive rules leave the state as it is: nobody looks at it before it is set again.
    if (!rule.suffixes && first.invokedFrom) this.state = first.invokedFrom;
    const caller = this.#frames.at(-1);
    caller?.node.addNode(label, node);
    return caller;
  }

  /** Runs until the rule ends, with or without an error, or calls another one; says whether it ended. */
  #run(frame: Frame): boolean {
    try {
      for (let step = frame.steps[frame.at]; step; step = frame.steps[frame.at]) {
        frame.at++;
        if (step.op === 'call') {
          this.state = step.state;
          this.#enter(step.rule, step.precedence, step.label, step.state);
          return false;
        }
        this.#take(step, frame);
      }
    } catch (err) {
      if (!(err instanceof SyntaxError)) throw err;
      this.#recovery.report(err);
      this.#recovery.recover();
    }
    return true;
  }

  #take(step: Exclude<Step, { op: 'call' }>, frame: Frame): void {
    switch (step.op) {
      case 'token':
        this.state = step.state;
        frame.node.addToken(step.label, this.#match(step.types));
        return;
      case 'stand':
        this.state = step.state;
        this.#recovery.sync();
        return;
      case 'choose':
        frame.at = step.targets[this.#predict(step.decision, step.optional, frame) - 1]!;
        return;
      case 'name':
        frame.node.alternative = step.name;
        return;
      case 'wrap': {
        const { rule, start, parent, invokedFrom } = frame.first;
        const around = new TreeNode(rule, start, parent, invokedFrom);
        around.addNode('left', frame.node);
        frame.node = around;
        return;
      }
      case 'jump':
        frame.at = step.to;
    }
  }

  /** Which way to go: an alternative's number, from 1. The last one of an optional part is to leave it out. */
  #predict(decision: State, optional: boolean, { precedence, node }: Frame): number {
    const sets = alternativesByToken(decision);
    if (sets) {
      const found = sets.findIndex((s) => s.has(this.ahead(0)));
      if (found >= 0) return found + 1;
      if (optional) return sets.length;
      throw new SyntaxError('noAlternative', this.token(), this.token());
    }
    const suffixes = decision.kind === 'loopEntry' && rules[decision.rule].suffixes !== undefined;
    const prediction = predict(decision, this, node.caller, suffixes ? precedence : undefined);
    if ('alternative' in prediction) return prediction.alternative;
    throw new SyntaxError('noAlternative', this.token(), this.token(prediction.failedAhead));
  }

  #match(types: ReadonlySet<TokenType>): Token {
    if (!types.has(this.ahead(0))) return this.#recovery.recoverInline();
    this.#recovery.matched();
    return this.consume();
  }
}
