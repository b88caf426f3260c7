import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { CodeCoverage } from './code-coverage.ts';

/** Inputs in a file, one a line: the bytes as characters of a JSON text. Never empty: nothing at all is an input too. */
export class Corpus {
  readonly #file: URL;
  #inputs: Buffer[];
  readonly #given: readonly Buffer[];

  constructor(file: URL) {
    this.#file = file;
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : ['""'];
    this.#given = lines.map((line) => Buffer.from(JSON.parse(line) as string, 'latin1'));
    this.#inputs = [...this.#given];
  }

  get name(): string {
    return basename(this.#file.pathname, '.txt');
  }

  get inputs(): readonly Buffer[] {
    return this.#inputs;
  }

  /** Those of them that were there before. */
  get given(): readonly Buffer[] {
    return this.#given;
  }

  keep(input: Buffer): void {
    if (this.#inputs.some((other) => other.equals(input))) return;
    this.#inputs.push(Buffer.from(input));
    this.#save();
  }

  /** Of the inputs that were added, keeps those that reach something that no other and no shorter one does. */
  async reduce(reachesNew: (input: Buffer) => Promise<boolean>, coverage: CodeCoverage): Promise<void> {
    coverage.forget();
    for (const input of this.#given) await reachesNew(input);
    const added = this.#inputs.slice(this.#given.length);
    this.#inputs = [...this.#given];
    for (const input of added.toSorted((a, b) => a.length - b.length)) {
      if (await reachesNew(input)) this.#inputs.push(input);
    }
    this.#save();
  }

  #save(): void {
    mkdirSync(new URL('.', this.#file), { recursive: true });
    const lines = this.#inputs.map((input) => `${JSON.stringify(input.toString('latin1'))}\n`);
    writeFileSync(this.#file, lines.join(''));
  }
}
