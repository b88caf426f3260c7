import { type Element, grammar, type RuleName } from './grammar.ts';
import { endOfInput, type TokenType, tokenType } from './tokens.ts';

/**
 * The grammar as a network of states, the way the parsers that upstream generates see it: their messages about syntax say what
 * the states ahead would have taken. States of `block` kinds are choices; their transitions are its alternatives, in order.
 */
export interface State {
  readonly number: number;
  readonly kind: 'basic' | 'block' | 'loopEntry' | 'loopBack' | 'ruleStop';
  readonly rule: RuleName;
  readonly transitions: Transition[];
}

export type Transition =
  | { readonly kind: 'epsilon'; readonly target: State; readonly outermostReturn?: RuleName }
  | { readonly kind: 'tokens'; readonly target: State; readonly types: ReadonlySet<TokenType> }
  | {
      readonly kind: 'rule';
      readonly target: State;
      readonly follow: State;
      readonly rule: RuleName;
      readonly precedence: number;
    }
  | { readonly kind: 'precedence'; readonly target: State; readonly precedence: number };

/** A piece of a rule with the states at which a parser stands in it. */
export type Piece =
  | {
      readonly kind: 'token';
      readonly state: State;
      readonly types: ReadonlySet<TokenType>;
      readonly label: string | undefined;
    }
  | {
      readonly kind: 'rule';
      readonly state: State;
      readonly rule: RuleName;
      readonly precedence: number;
      readonly label: string;
    }
  | { readonly kind: 'optional'; readonly entry: State; readonly body: readonly Piece[] }
  | {
      readonly kind: 'star' | 'plus';
      readonly entry: State;
      readonly back: State;
      readonly decision: State;
      readonly body: readonly Piece[];
    };

export interface NetAlternative {
  readonly name: string;
  readonly pieces: readonly Piece[];
}

export interface NetRule {
  readonly name: RuleName;
  readonly start: State;
  readonly stop: State;
  readonly alternatives: readonly NetAlternative[];
  /** Where the alternatives part; nothing for a single one. */
  readonly choice: State | undefined;
  readonly suffixes?: {
    readonly entry: State;
    readonly back: State;
    readonly choice: State | undefined;
    readonly alternatives: readonly NetAlternative[];
  };
}

const states: State[] = [];

function newState(rule: RuleName, kind: State['kind'] = 'basic'): State {
  const state: State = { number: states.length, kind, rule, transitions: [] };
  states.push(state);
  return state;
}

const epsilon = (from: State, target: State): void => void from.transitions.push({ kind: 'epsilon', target });

/** Builds the states of elements one after the other, from a state to another. That alternatives share their end makes them alike there. */
function build(rule: RuleName, from: State, elements: readonly Element[], end: State): Piece[] {
  const pieces: Piece[] = [];
  let at = from;
  for (const [i, element] of elements.entries()) {
    const right = i === elements.length - 1 ? end : newState(rule);
    switch (element.kind) {
      case 'token': {
        const types = new Set(element.names.map(tokenType));
        at.transitions.push({ kind: 'tokens', target: right, types });
        pieces.push({ kind: 'token', state: at, types, label: element.label });
        break;
      }
      case 'rule':
        at.transitions.push({
          kind: 'rule',
          target: ruleEnds[element.rule].start,
          follow: right,
          rule: element.rule,
          precedence: element.precedence,
        });
        pieces.push({
          kind: 'rule',
          state: at,
          rule: element.rule,
          precedence: element.precedence,
          label: element.label,
        });
        break;
      case 'optional': {
        const entry = newState(rule, 'block');
        epsilon(at, entry);
        const inner = newState(rule);
        epsilon(entry, inner);
        const body = build(rule, inner, element.body, right);
        epsilon(entry, right);
        pieces.push({ kind: 'optional', entry, body });
        break;
      }
      case 'star': {
        const { entry, back, block } = loop(rule, right);
        epsilon(at, entry);
        const inner = newState(rule);
        epsilon(block, inner);
        const body = build(rule, inner, element.body, back);
        pieces.push({ kind: 'star', entry, back, decision: entry, body });
        break;
      }
      case 'plus': {
        const entry = newState(rule, 'block');
        epsilon(at, entry);
        const inner = newState(rule);
        epsilon(entry, inner);
        const back = newState(rule, 'loopBack');
        const body = build(rule, inner, element.body, back);
        epsilon(back, entry);
        epsilon(back, right);
        pieces.push({ kind: 'plus', entry, back, decision: back, body });
        break;
      }
    }
    at = right;
  }
  return pieces;
}

function loop(rule: RuleName, after: State): { entry: State; back: State; block: State } {
  const entry = newState(rule, 'loopEntry');
  const block = newState(rule, 'block');
  const back = newState(rule, 'loopBack');
  epsilon(entry, block);
  epsilon(entry, after);
  epsilon(back, entry);
  return { entry, back, block };
}

const ruleNames = Object.keys(grammar) as RuleName[];

const ruleEnds = Object.fromEntries(
  ruleNames.map((name) => [name, { start: newState(name), stop: newState(name, 'ruleStop') }]),
) as Record<RuleName, { start: State; stop: State }>;

function buildRule(name: RuleName): NetRule {
  const { alternatives, suffixes } = grammar[name];
  const { start, stop } = ruleEnds[name];
  const built: NetAlternative[] = [];
  const end = newState(name);
  const choice = alternatives.length > 1 ? newState(name, 'block') : undefined;
  if (choice) epsilon(start, choice);
  for (const alternative of alternatives) {
    const inner = newState(name);
    epsilon(choice ?? start, inner);
    built.push({ name: alternative.name, pieces: build(name, inner, alternative.elements, end) });
  }
  if (!suffixes) {
    epsilon(end, stop);
    return { name, start, stop, alternatives: built, choice };
  }
  const { entry, back, block } = loop(name, stop);
  epsilon(end, entry);
  const builtSuffixes = suffixes.map(({ name: suffixName, elements, precedence }): NetAlternative => {
    const guard = newState(name);
    const inner = newState(name);
    epsilon(block, guard);
    guard.transitions.push({ kind: 'precedence', target: inner, precedence });
    return { name: suffixName, pieces: build(name, inner, elements, back) };
  });
  const suffixChoice = suffixes.length > 1 ? block : undefined;
  return {
    name,
    start,
    stop,
    alternatives: built,
    choice,
    suffixes: { entry, back, choice: suffixChoice, alternatives: builtSuffixes },
  };
}

export const rules = Object.fromEntries(ruleNames.map((name) => [name, buildRule(name)])) as Readonly<
  Record<RuleName, NetRule>
>;

// What follows a rule anywhere: the way out of its last state when nobody knows who called it.
for (const { transitions } of states) {
  for (const t of transitions) {
    if (t.kind !== 'rule') continue;
    const outermost = grammar[t.rule].suffixes && t.precedence === 0;
    rules[t.rule].stop.transitions.push({
      kind: 'epsilon',
      target: t.follow,
      ...(outermost ? { outermostReturn: t.rule } : {}),
    });
  }
}

/** A stack of the states to return to. The same calls from the same root are the same object. */
export class Caller {
  /** Counts stacks, so that they compare and sort quickly. */
  readonly id: number;
  readonly state: State | undefined;
  readonly parent: Caller | undefined;
  readonly #calls = new Map<State, Caller>();
  static #last = 0;

  constructor(state?: State, parent?: Caller) {
    this.id = ++Caller.#last;
    this.state = state;
    this.parent = parent;
  }

  call(returnTo: State): Caller {
    let called = this.#calls.get(returnTo);
    if (!called) this.#calls.set(returnTo, (called = new Caller(returnTo, this)));
    return called;
  }
}

/** For where it isn't known who called: a rule that ends goes on wherever such rules are called from. */
export const anywhere = new Caller();

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
