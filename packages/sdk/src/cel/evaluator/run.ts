import type { Activation } from '../program.ts';
import type { Result } from '../values.ts';

/** One evaluation: what it may spend, what it spent, and the variables of macros. */
export class Run {
  readonly activation: Activation;
  /** By the number that the compiler gave a variable of a macro. */
  readonly slots: (Result | undefined)[];
  readonly #budget: number;
  cost = 0;
  #rounds = 0;

  constructor(activation: Activation, slots: number, budget: number) {
    this.activation = activation;
    this.slots = Array.from({ length: slots });
    this.#budget = budget;
  }

  charge(cost: number): void {
    this.cost += cost;
    if (this.cost > this.#budget) throw new OutOfBudget('cost');
  }

  /** Ends what is about to cost more than there is, before it is done. */
  afford(cost: number): void {
    if (this.cost + cost > this.#budget) throw new OutOfBudget('cost');
  }

  /** Before each round of a loop: there are loops whose rounds cost nothing, and they end too. */
  round(): void {
    if (++this.#rounds > this.#budget) throw new OutOfBudget('rounds');
  }
}

/** Leaves an evaluation from wherever it is. */
export class OutOfBudget extends Error {
  readonly of: 'cost' | 'rounds';

  constructor(of: OutOfBudget['of']) {
    super(of);
    this.of = of;
  }
}

/** A compiled piece of an expression. */
export type Eval = (run: Run) => Result;
