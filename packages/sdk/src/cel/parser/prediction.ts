import { anywhere, type Caller } from './caller.ts';
import type { State, Transition } from './network.ts';
import { endOfInput, type TokenType } from './tokens.ts';

/**
 * Which alternative of a choice the input takes, looking as far ahead as it needs: all alternatives are followed at once until
 * one is left. First without regard to who called the rule, which can be remembered by token; in full only where that leaves
 * several. It is the method of the parsers that upstream generates, since where they give up is what their messages say.
 */
export type Prediction =
  | { readonly alternative: number }
  /** How many tokens ahead the one stands that fits no alternative. */
  | { readonly failedAhead: number };

export interface Lookahead {
  /** The type of the token that many ahead. */
  ahead(count: number): TokenType;
}

interface Config {
  readonly state: State;
  readonly alternative: number;
  readonly caller: Caller;
  /** It left the rule of the choice. */
  readonly outside: boolean;
  /** It left the outermost call of a left-recursive rule, so it isn't what a suffix would do. */
  readonly outermost: boolean;
}

class Configs {
  readonly list: Config[] = [];
  readonly #keys = new Set<number>();

  add(config: Config): void {
    const key = keyOf(config);
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.list.push(config);
  }

  get key(): string {
    return [...this.#keys].toSorted((a, b) => a - b).join(' ');
  }
}

/** There are fewer than 512 states and 16 alternatives, so this is another number for each other config. */
const keyOf = (c: Config): number =>
  ((c.caller.id * 512 + c.state.number) * 16 + c.alternative) * 4 + (c.outside ? 2 : 0) + (c.outermost ? 1 : 0);

interface Remembered {
  readonly configs: readonly Config[];
  readonly next: Map<TokenType, Remembered | 'failed'>;
  readonly alternative: number | undefined;
  readonly ambiguous: boolean;
}

/** What is known of a choice: for callers in general, or for one. */
class Choice {
  readonly #decision: State;
  readonly #caller: Caller;
  /** By precedence. */
  readonly #starts = new Map<number, Remembered>();
  readonly #states = new Map<string, Remembered>();

  constructor(decision: State, caller: Caller) {
    this.#decision = decision;
    this.#caller = caller;
  }

  get #full(): boolean {
    return this.#caller !== anywhere;
  }

  start(precedence: number | undefined): Remembered {
    let start = this.#starts.get(precedence ?? -1);
    if (!start) {
      const configs = startConfigs(this.#decision, this.#caller, precedence, this.#full);
      start = this.#remember(precedence === undefined || this.#full ? configs : withoutRepeats(configs));
      this.#starts.set(precedence ?? -1, start);
    }
    return start;
  }

  step(at: Remembered, type: TokenType): Remembered | 'failed' {
    let next = at.next.get(type);
    if (!next) {
      const reached = reach(at.configs, type, this.#full);
      next = reached.list.length === 0 ? 'failed' : this.#remember(reached);
      at.next.set(type, next);
    }
    return next;
  }

  #remember({ key, list }: Configs): Remembered {
    let state = this.#states.get(key);
    if (!state) {
      const alternative = onlyAlternative(list) ?? (this.#full ? firstOfAll(list) : undefined);
      const ambiguous = !this.#full && alternative === undefined && isAmbiguous(list);
      state = { configs: list, next: new Map(), alternative, ambiguous };
      this.#states.set(key, state);
    }
    return state;
  }
}

const generalChoices = new Map<State, Choice>();
/** They last as long as the parse whose callers they are for. */
const choicesOf = new WeakMap<Caller, Map<State, Choice>>();

function choiceFor(decision: State, caller: Caller): Choice {
  let choices = caller === anywhere ? generalChoices : choicesOf.get(caller);
  if (!choices) choicesOf.set(caller, (choices = new Map()));
  let choice = choices.get(decision);
  if (!choice) choices.set(decision, (choice = new Choice(decision, caller)));
  return choice;
}

/** `precedence` is that of the caller, where the choice is whether a left-recursive rule goes on. */
export function predict(decision: State, input: Lookahead, caller: Caller, precedence: number | undefined): Prediction {
  return (
    follow(choiceFor(decision, anywhere), input, precedence) ??
    follow(choiceFor(decision, caller), input, precedence) ?? { failedAhead: 0 }
  );
}

/** Nothing when the caller matters. */
function follow(choice: Choice, input: Lookahead, precedence: number | undefined): Prediction | undefined {
  let at = choice.start(precedence);
  for (let ahead = 0; ; ahead++) {
    const next = choice.step(at, input.ahead(ahead));
    if (next === 'failed') return finished(at.configs) ?? { failedAhead: ahead };
    if (next.ambiguous) return undefined;
    if (next.alternative !== undefined) return { alternative: next.alternative };
    at = next;
  }
}

function startConfigs(decision: State, caller: Caller, precedence: number | undefined, full: boolean): Configs {
  const configs = new Configs();
  decision.transitions.forEach((t, i) => {
    const config = { state: t.target, alternative: i + 1, caller, outside: false, outermost: false };
    close(config, configs, { full, precedence, decision, seen: new Set() }, 0);
  });
  return configs;
}

interface Closing {
  readonly full: boolean;
  readonly precedence: number | undefined;
  readonly decision: State | undefined;
  readonly seen: Set<number>;
}

/** Follows everything that takes no token. `depth` is 0 in the rule of the choice: only there precedence counts. */
function close(config: Config, into: Configs, how: Closing, depth: number): void {
  const key = keyOf(config);
  if (how.seen.has(key)) return;
  how.seen.add(key);
  const { state, caller } = config;
  if (state.kind === 'ruleStop') {
    if (caller.state) {
      close({ ...config, state: caller.state, caller: caller.parent! }, into, how, depth - 1);
      return;
    }
    if (how.full || state.transitions.length === 0) return into.add(config);
  }
  if (state.transitions.some((t) => t.kind === 'tokens')) into.add(config);
  for (const t of state.transitions) {
    const next = through(config, t, how, depth);
    if (next) close(next, into, how, depth + (t.kind === 'rule' ? 1 : state.kind === 'ruleStop' ? -1 : 0));
  }
}

function through(config: Config, t: Transition, how: Closing, depth: number): Config | undefined {
  switch (t.kind) {
    case 'tokens':
      return undefined;
    case 'rule':
      return { ...config, state: t.target, caller: config.caller.call(t.follow) };
    case 'precedence':
      if (depth === 0 && how.precedence !== undefined && t.precedence < how.precedence) return undefined;
      return { ...config, state: t.target };
    case 'epsilon': {
      if (config.state.kind !== 'ruleStop') return { ...config, state: t.target };
      const outermost = config.outermost || (how.precedence !== undefined && t.outermostReturn === how.decision?.rule);
      return { ...config, state: t.target, outside: true, outermost };
    }
  }
}

/** A left-recursive rule that goes on by itself need not also end and be gone on with by its like outside. */
function withoutRepeats(start: Configs): Configs {
  const kept = new Configs();
  const group = (alternative: number, state: State): string => {
    const same = start.list.filter((c) => c.alternative === alternative && c.state === state);
    if (same.some((c) => c.caller === anywhere)) return '';
    return same
      .map((c) => c.caller.id)
      .toSorted((a, b) => a - b)
      .join(' ');
  };
  for (const c of start.list) {
    const repeats =
      c.alternative !== 1 &&
      !c.outermost &&
      start.list.some((other) => other.alternative === 1 && other.state === c.state) &&
      group(1, c.state) === group(c.alternative, c.state);
    if (!repeats) kept.add(c);
  }
  return kept;
}

function reach(from: readonly Config[], type: TokenType, full: boolean): Configs {
  const moved = new Configs();
  const stopped: Config[] = [];
  for (const config of from) {
    if (config.state.kind === 'ruleStop') {
      if (full || type === endOfInput) stopped.push(config);
      continue;
    }
    for (const t of config.state.transitions) {
      if (t.kind === 'tokens' && t.types.has(type)) moved.add({ ...config, state: t.target });
    }
  }
  if (stopped.length === 0 && type !== endOfInput && onlyAlternative(moved.list) !== undefined) return moved;
  let reached = new Configs();
  const how: Closing = { full, precedence: undefined, decision: undefined, seen: new Set() };
  for (const config of moved.list) close(config, reached, how, 0);
  if (type === endOfInput) reached = only(reached, (c) => c.state.kind === 'ruleStop');
  if (!full || !reached.list.some((c) => c.state.kind === 'ruleStop'))
    for (const config of stopped) reached.add(config);
  return reached;
}

function only(configs: Configs, holds: (config: Config) => boolean): Configs {
  const kept = new Configs();
  for (const config of configs.list) if (holds(config)) kept.add(config);
  return kept;
}

function onlyAlternative(configs: readonly Config[]): number | undefined {
  const first = configs[0]?.alternative;
  return configs.every((c) => c.alternative === first) ? first : undefined;
}

/** The alternatives that stand at the same place in the same call. */
function overlaps(configs: readonly Config[]): ReadonlySet<number>[] {
  const sets = new Map<string, Set<number>>();
  for (const c of configs) {
    const key = `${c.state.number},${c.caller.id}`;
    sets.set(key, (sets.get(key) ?? new Set()).add(c.alternative));
  }
  return [...sets.values()];
}

function isAmbiguous(configs: readonly Config[]): boolean {
  if (configs.every((c) => c.state.kind === 'ruleStop')) return true;
  if (!overlaps(configs).some((s) => s.size > 1)) return false;
  const byState = new Map<State, Set<number>>();
  for (const c of configs) byState.set(c.state, (byState.get(c.state) ?? new Set()).add(c.alternative));
  return [...byState.values()].every((s) => s.size > 1);
}

/** The alternative that comes first wherever several are possible, if it is the same everywhere. */
function firstOfAll(configs: readonly Config[]): number | undefined {
  const firsts = new Set(overlaps(configs).map((s) => Math.min(...s)));
  return firsts.size === 1 ? [...firsts][0] : undefined;
}

/** When nothing fits what comes: the first alternative that had already got through the choice's own rule. */
function finished(configs: readonly Config[]): Prediction | undefined {
  const through = configs.filter((c) => c.outside || (c.state.kind === 'ruleStop' && !c.caller.state));
  return through.length === 0 ? undefined : { alternative: Math.min(...through.map((c) => c.alternative)) };
}
