import { anywhere, type Caller, type State, type Transition } from './network.ts';
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
  readonly #keys = new Set<string>();

  add(config: Config): void {
    const key = keyOf(config);
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.list.push(config);
  }

  get key(): string {
    return [...this.#keys].toSorted().join(' ');
  }
}

const keyOf = (c: Config): string =>
  `${c.state.number},${c.alternative},${c.caller.id},${c.outside ? 1 : 0}${c.outermost ? 1 : 0}`;

interface Remembered {
  readonly configs: readonly Config[];
  readonly next: Map<TokenType, Remembered | 'failed'>;
  readonly alternative: number | undefined;
  readonly ambiguous: boolean;
}

interface Choice {
  readonly starts: Map<number, Remembered>;
  readonly states: Map<string, Remembered>;
}

const choices = new Map<State, Choice>();

/** `precedence` is that of the caller, where the choice is whether a left-recursive rule goes on. */
export function predict(decision: State, input: Lookahead, caller: Caller, precedence: number | undefined): Prediction {
  let choice = choices.get(decision);
  if (!choice) choices.set(decision, (choice = { starts: new Map(), states: new Map() }));
  let at = startOf(choice, decision, precedence);
  for (let ahead = 0; ; ahead++) {
    const next = step(choice, at, input.ahead(ahead));
    if (next === 'failed') return finished(at.configs) ?? { failedAhead: ahead };
    if (next.ambiguous) return predictInFull(decision, input, caller, precedence);
    if (next.alternative !== undefined) return { alternative: next.alternative };
    at = next;
  }
}

function startOf(choice: Choice, decision: State, precedence: number | undefined): Remembered {
  let start = choice.starts.get(precedence ?? -1);
  if (!start) {
    const configs = startConfigs(decision, anywhere, precedence, false);
    start = remember(choice, precedence === undefined ? configs : withoutRepeats(configs));
    choice.starts.set(precedence ?? -1, start);
  }
  return start;
}

function step(choice: Choice, at: Remembered, type: TokenType): Remembered | 'failed' {
  let next = at.next.get(type);
  if (!next) {
    const reached = reach(at.configs, type, false);
    next = reached.list.length === 0 ? 'failed' : remember(choice, reached);
    at.next.set(type, next);
  }
  return next;
}

function predictInFull(decision: State, input: Lookahead, caller: Caller, precedence: number | undefined): Prediction {
  let configs = startConfigs(decision, caller, precedence, true);
  for (let ahead = 0; ; ahead++) {
    const type = input.ahead(ahead);
    const next = reach(configs.list, type, true);
    if (next.list.length === 0) return finished(configs.list) ?? { failedAhead: ahead };
    const alternative = onlyAlternative(next.list) ?? firstOfAll(next.list);
    if (alternative !== undefined) return { alternative };
    configs = next;
  }
}

function remember(choice: Choice, configs: Configs): Remembered {
  const { key, list } = configs;
  let state = choice.states.get(key);
  if (!state) {
    const alternative = onlyAlternative(list);
    state = { configs: list, next: new Map(), alternative, ambiguous: alternative === undefined && isAmbiguous(list) };
    choice.states.set(key, state);
  }
  return state;
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
  readonly seen: Set<string>;
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
    const next = follow(config, t, how, depth);
    if (next) close(next, into, how, depth + (t.kind === 'rule' ? 1 : state.kind === 'ruleStop' ? -1 : 0));
  }
}

function follow(config: Config, t: Transition, how: Closing, depth: number): Config | undefined {
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
