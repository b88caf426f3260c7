import { type Random, systemClock, systemRandom } from '../../runtime/index.ts';
import { CodeCoverage, coverageSession } from './code-coverage.ts';
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
  /** Hears in the end what was done. */
  readonly tell?: (summary: string) => void;
}

/** Half a second, or as many as `FUZZ_SECONDS` asks for; long runs add to the kept inputs and say what they did. */
export function fuzzOptions(env: NodeJS.ProcessEnv): FuzzOptions {
  const seconds = Number(env['FUZZ_SECONDS'] ?? 0.5);
  const grows = seconds > 10;
  if (grows) coverageSession();
  return { seconds, random: systemRandom, grows, ...(grows && { tell: (summary) => console.log(summary) }) };
}

/** No input of ours, small as they are, may keep the processor busy for longer. */
const longestMs = 2000;
const largest = 4096;
/** One input in so many is drawn out to this length, at which what takes more than linear time shows. */
const drawnOutOneIn = 500;
const drawnOut = 65_536;
const batchSize = 200;

/** Sends a target whatever random, and the corpus, lead to. Rejects with the first input that must not have done what it did. */
export async function fuzz(target: FuzzTarget, { seconds, random, grows, tell }: FuzzOptions): Promise<void> {
  const coverage = grows ? new CodeCoverage() : undefined;
  const corpus = new Corpus(target.corpus);
  const end = systemClock.monotonic() + seconds * 1000;
  const mutator = new Mutator(random, target.words ?? []);
  let tried = 0;
  const attempt = async (input: Buffer): Promise<void> => {
    tried++;
    await tryOne(target, input, corpus);
  };
  const make = () => {
    const made = mutator.from(pick(corpus.inputs, random), pick(corpus.inputs, random));
    return random.int(drawnOutOneIn) ? made.subarray(0, largest) : mutator.drawOut(made, drawnOut);
  };
  for (const input of corpus.inputs) await attempt(input);
  if (!coverage) {
    while (systemClock.monotonic() < end) await attempt(make());
    return;
  }
  const run = async (inputs: readonly Buffer[]): Promise<boolean> => {
    for (const input of inputs) await attempt(input);
    return coverage.sawNew();
  };
  await run(corpus.inputs);
  while (systemClock.monotonic() < end) {
    const batch = Array.from({ length: batchSize }, make);
    if (await run(batch)) await keepWhatIsNew(batch, { corpus, coverage, run });
  }
  const { functions, whole } = coverage.reached;
  const given = corpus.given.length;
  await corpus.reduce(async (input) => run([input]), coverage);
  tell?.(
    `${corpus.name}: ${tried} inputs in ${seconds} s reached ${functions} functions, ${whole} of them whole; ` +
      `${corpus.inputs.length - given} kept besides the ${given} of before`,
  );
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
    if (half.length > 1) await keepWhatIsNew(half, parts);
    else if (half[0]!.length <= largest) corpus.keep(half[0]!);
  }
}

async function tryOne({ check }: FuzzTarget, input: Buffer, corpus: Corpus): Promise<void> {
  const before = process.cpuUsage();
  try {
    await check(input);
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    if (took > longestMs) throw new Error(`it took ${Math.round(took)} ms`);
    for (const name in {}) throw new Error(`every object has a field ${name} since`);
  } catch (err) {
    corpus.keep(input);
    throw new Error(`${shown(input)}: ${(err as Error).message}`, { cause: err });
  }
}

/** Whole, but for what would fill the screen; that is in the corpus. */
function shown(input: Buffer): string {
  const text = JSON.stringify(input.toString('latin1'));
  return text.length > 1000 ? `${text.slice(0, 1000)}… (${input.length} bytes)` : text;
}

const pick = <T>(items: readonly T[], random: Random): T => items[random.int(items.length)]!;
