/** How far a server is with starting and ending; what its health endpoints tell. */
export class Lifecycle {
  #isEnding = false;
  #isOpen = true;
  readonly #steps = new Map<string, boolean>();

  /** What has to be done after the start, by upstream's name, and whether it has been. */
  get steps(): ReadonlyMap<string, boolean> {
    return this.#steps;
  }

  /** Does what comes after the start. Until it is done the server isn't ready. */
  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#steps.set(name, false);
    const result = await work();
    this.#steps.set(name, true);
    return result;
  }

  /** The process has been asked to end: it isn't ready any more, and goes on answering. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Whether requests are taken. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  end(): void {
    this.#isEnding = true;
  }

  close(): void {
    this.#isEnding = true;
    this.#isOpen = false;
  }
}
