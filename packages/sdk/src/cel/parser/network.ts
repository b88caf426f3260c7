import { type Element, grammar, type RuleName } from './grammar.ts';
import { type TokenType, tokenType } from './tokens.ts';

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
