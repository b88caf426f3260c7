import type { State } from './network.ts';

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
