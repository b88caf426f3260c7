import { type Random, systemClock } from '../../runtime/index.ts';
import { CodeCoverage } from './code-coverage.ts';
import { Corpus } from './corpus.ts';
import { Mutator } from './mutator.ts';

/** What is sent anything, and the inputs that are kept for it. */
export interface FuzzTarget {
  /** Inputs that were found worth keeping, one a line; they are tried first, and others are made from them. */
  readonly corpus: URL;
  /** Pieces of the language that inputs are in, a character for each byte. */
  readonly words?: readonly string[];
  /** Does with an input what is done with what comes from outside; throws when something came of it that must not. */
  readonly check: (input: Buffer) => unknown;
}

export interface FuzzOptions {
  /** For how long to go on after the corpus. */
  readonly seconds: number;
  readonly random: Random;
  /** Whether inputs that reach code which none has reached are kept: slower, and worth it for long runs. */
  readonly grows: boolean;
}

/** No input of ours, small as they are, may take longer. */
const longestMs = 2000;
const largest = 4096;
const batchSize = 200;

/** Sends a target whatever random, and the corpus, lead to. Rejects with the first input that must not have done what it did. */
export async function fuzz(target: FuzzTarget, { seconds, random, grows }: FuzzOptions): Promise<void> {
  const coverage = grows ? new CodeCoverage() : undefined;
  const corpus = new Corpus(target.corpus);
  const end = systemClock.monotonic() + seconds * 1000;
  const mutator = new Mutator(random, target.words ?? []);
  const make = () => mutator.from(pick(corpus.inputs, random), pick(corpus.inputs, random)).subarray(0, largest);
  for (const input of corpus.inputs) await attempt(target, input, corpus);
  if (!coverage) {
    while (systemClock.monotonic() < end) await attempt(target, make(), corpus);
    return;
  }
  const run = async (inputs: readonly Buffer[]): Promise<boolean> => {
    for (const input of inputs) await attempt(target, input, corpus);
    return coverage.sawNew();
  };
  await run(corpus.inputs);
  while (systemClock.monotonic() < end) {
    const batch = Array.from({ length: batchSize }, make);
    if (await run(batch)) await keepWhatIsNew(batch, { corpus, coverage, run });
  }
  await corpus.reduce(async (input) => run([input]), coverage);
}

/** Runs the halves of a batch that reached new code anew, until single inputs are left that do. */
async function keepWhatIsNew(
  batch: readonly Buffer[],
  parts: { corpus: Corpus; coverage: CodeCoverage; run: (inputs: readonly Buffer[]) => Promise<boolean> },
): Promise<void> {
  const { corpus, coverage, run } = parts;
  coverage.undo();
  const middle = batch.length >> 1;
  for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
    if (!half.length || !(await run(half))) continue;
    if (half.length === 1) corpus.keep(half[0]!);
    else await keepWhatIsNew(half, parts);
  }
}

async function attempt({ check }: FuzzTarget, input: Buffer, corpus: Corpus): Promise<void> {
  const start = systemClock.monotonic();
  try {
    await check(input);
    const took = systemClock.monotonic() - start;
    if (took > longestMs) throw new Error(`it took ${Math.round(took)} ms`);
  } catch (err) {
    corpus.keep(input);
    throw new Error(`${JSON.stringify(input.toString('latin1'))}: ${(err as Error).message}`, { cause: err });
  }
}

const pick = <T>(items: readonly T[], random: Random): T => items[random.int(items.length)]!;
