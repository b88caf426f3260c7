/**
 * One question that many ask. Whoever comes while an answer is awaited shares the next one: what was asked before they came may
 * be answered without what had happened by then. So one is under way at most, and one more is waited for, however many ask.
 */
export class SharedAsk<A, R> {
  readonly #ask: () => Promise<A>;
  readonly #use: (answer: A) => Promise<R>;
  #underWay: Promise<unknown> | undefined;
  #next: Promise<R> | undefined;

  /** `use` makes of an answer what its askers want: once for all of them, while the next may be asked already. */
  constructor(ask: () => Promise<A>, use: (answer: A) => Promise<R>) {
    this.#ask = ask;
    this.#use = use;
  }

  /** What comes of an answer to a question that is asked from now on. */
  ask(): Promise<R> {
    if (this.#next) return this.#next;
    if (!this.#underWay) return this.#begin();
    return (this.#next = this.#underWay.then(() => {
      this.#next = undefined;
      return this.#begin();
    }));
  }

  #begin(): Promise<R> {
    const asked = this.#ask();
    const over = () => (this.#underWay = undefined);
    // Its failure is the askers' own.
    this.#underWay = asked.then(over, over);
    return asked.then(this.#use);
  }
}
