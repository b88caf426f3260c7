import { type NetAlternative, type NetRule, type Piece, rules, type State } from './network.ts';
import type { RuleName } from './grammar.ts';
import type { TokenType } from './tokens.ts';

/** One step of parsing a rule. A rule is a list of them, so that parsing needs no recursion however deep the source nests. */
export type Step =
  | {
      readonly op: 'token';
      readonly state: State;
      readonly types: ReadonlySet<TokenType>;
      readonly label: string | undefined;
    }
  | {
      readonly op: 'call';
      readonly state: State;
      readonly rule: RuleName;
      readonly precedence: number;
      readonly label: string;
    }
  /** Stand before a choice. */
  | { readonly op: 'stand'; readonly state: State }
  /** Go on at the step of the alternative that the input takes; an optional part may be left out by its last one. */
  | { readonly op: 'choose'; readonly decision: State; readonly targets: readonly number[]; readonly optional: boolean }
  /** The alternative is known now. */
  | { readonly op: 'name'; readonly name: string }
  /** Begin a node around what the rule has matched so far. */
  | { readonly op: 'wrap' }
  | { readonly op: 'jump'; readonly to: number };

/** Collects steps; targets are filled in when they are known. */
class Assembler {
  readonly steps: Step[] = [];

  get here(): number {
    return this.steps.length;
  }

  add(step: Step): void {
    this.steps.push(step);
  }

  choose(decision: State, optional: boolean, ...bodies: readonly (() => void)[]): void {
    const targets: number[] = [];
    this.add({ op: 'choose', decision, targets, optional });
    const ends = bodies.map((body) => {
      targets.push(this.here);
      body();
      return this.steps.push({ op: 'jump', to: 0 }) - 1;
    });
    if (optional) targets.push(this.here);
    for (const end of ends) this.steps[end] = { op: 'jump', to: this.here };
  }

  loop(entry: State, back: State, body: () => void): void {
    this.add({ op: 'stand', state: entry });
    const start = this.here;
    const targets: number[] = [];
    this.add({ op: 'choose', decision: entry, targets, optional: true });
    targets.push(this.here);
    body();
    this.add({ op: 'stand', state: back });
    this.add({ op: 'jump', to: start });
    targets.push(this.here);
  }

  alternative({ name, pieces }: NetAlternative): void {
    this.add({ op: 'name', name });
    for (const piece of pieces) this.piece(piece);
  }

  alternatives(choice: State | undefined, alternatives: readonly NetAlternative[], before: () => void): void {
    const bodies = alternatives.map((a) => () => {
      before();
      this.alternative(a);
    });
    if (!choice) return bodies[0]!();
    this.add({ op: 'stand', state: choice });
    this.choose(choice, false, ...bodies);
  }

  piece(piece: Piece): void {
    const body = (): void => {
      if ('body' in piece) for (const p of piece.body) this.piece(p);
    };
    switch (piece.kind) {
      case 'token':
        return this.add({ op: 'token', state: piece.state, types: piece.types, label: piece.label });
      case 'rule':
        return this.add({
          op: 'call',
          state: piece.state,
          rule: piece.rule,
          precedence: piece.precedence,
          label: piece.label,
        });
      case 'optional':
        this.add({ op: 'stand', state: piece.entry });
        return this.choose(piece.entry, true, body);
      case 'star':
        return this.loop(piece.entry, piece.back, body);
      case 'plus': {
        this.add({ op: 'stand', state: piece.entry });
        const start = this.here;
        body();
        this.add({ op: 'stand', state: piece.back });
        const targets = [start];
        this.add({ op: 'choose', decision: piece.back, targets, optional: true });
        targets.push(this.here);
      }
    }
  }
}

function assemble({ choice, alternatives, suffixes }: NetRule): readonly Step[] {
  const assembler = new Assembler();
  assembler.alternatives(choice, alternatives, () => {});
  if (suffixes) {
    assembler.loop(suffixes.entry, suffixes.back, () =>
      assembler.alternatives(suffixes.choice, suffixes.alternatives, () => assembler.add({ op: 'wrap' })),
    );
  }
  return assembler.steps;
}

export const programs: ReadonlyMap<RuleName, readonly Step[]> = new Map(
  Object.values(rules).map((rule) => [rule.name, assemble(rule)]),
);
