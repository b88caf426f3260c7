import { anywhere, type Caller } from './caller.ts';
import type { RuleName } from './grammar.ts';
import type { State } from './network.ts';
import { endOfInput, type TokenType } from './tokens.ts';

/** Beside the tokens: the end of the rule may come next, and what follows isn't known. */
export const ruleEnd: TokenType = -2;
/** Beside the tokens: it depends on precedence. */
const undecided: TokenType = -3;

interface LookOptions {
  readonly throughPrecedence: boolean;
  /** Without a caller left: the rule's end, the input's end, or whatever may follow the rule anywhere. */
  readonly whenDone: 'ruleEnd' | 'endOfInput' | 'anything';
}

/** The tokens that a state takes next; from `caller` on when its rule ends. */
function look(from: State, caller: Caller, o: LookOptions): Set<TokenType> {
  const found = new Set<TokenType>();
  const seen = new Set<string>();
  const called = new Set<RuleName>();
  const visit = (state: State, stack: Caller): void => {
    const key = `${state.number},${stack.id}`;
    if (seen.has(key)) return;
    seen.add(key);
    if (state.kind === 'ruleStop') {
      if (stack.state) {
        const wasCalled = called.delete(state.rule);
        visit(stack.state, stack.parent!);
        if (wasCalled) called.add(state.rule);
        return;
      }
      if (o.whenDone !== 'anything') return void found.add(o.whenDone === 'ruleEnd' ? ruleEnd : endOfInput);
    }
    for (const t of state.transitions) {
      switch (t.kind) {
        case 'rule':
          if (called.has(t.rule)) break;
          called.add(t.rule);
          visit(t.target, stack.call(t.follow));
          called.delete(t.rule);
          break;
        case 'precedence':
          if (o.throughPrecedence) visit(t.target, stack);
          else found.add(undecided);
          break;
        case 'epsilon':
          visit(t.target, stack);
          break;
        case 'tokens':
          for (const type of t.types) found.add(type);
      }
    }
  };
  visit(from, caller);
  return found;
}

const nextInRule = new Map<State, ReadonlySet<TokenType>>();

/** The tokens a state takes next within its rule, with `ruleEnd` where that may end. */
export function tokensAfter(state: State): ReadonlySet<TokenType> {
  let tokens = nextInRule.get(state);
  if (!tokens)
    nextInRule.set(state, (tokens = look(state, anywhere, { throughPrecedence: true, whenDone: 'ruleEnd' })));
  return tokens;
}

export const tokensAfterIn = (state: State, caller: Caller): ReadonlySet<TokenType> =>
  look(state, caller, { throughPrecedence: true, whenDone: 'endOfInput' });

const oneTokenChoices = new Map<State, readonly ReadonlySet<TokenType>[] | undefined>();

/** The tokens of each alternative, where one token is enough to tell them apart. */
export function alternativesByToken(decision: State): readonly ReadonlySet<TokenType>[] | undefined {
  if (oneTokenChoices.has(decision)) return oneTokenChoices.get(decision);
  const sets = decision.transitions.map((t) =>
    look(t.target, anywhere, { throughPrecedence: false, whenDone: 'anything' }),
  );
  const all = sets.flatMap((s) => [...s]);
  const apart = new Set(all).size === all.length && sets.every((s) => s.size > 0 && !s.has(undecided));
  oneTokenChoices.set(decision, apart ? sets : undefined);
  return apart ? sets : undefined;
}
