import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test, type TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { corpus } from './cel-corpus.ts';
import { anyExpression, brokenExpression, Dice } from './cel-expressions.ts';
import { type Outcome, outcomeOf } from './cel-values.ts';
import { buildProgram, withoutGo } from './go-program.ts';

const seed = Number(process.env['SEED'] ?? 36);
const count = Number(process.env['COUNT'] ?? 4000);

type Answer = Outcome & { readonly crash?: string };
type Environment = 'plain' | 'kubernetes';

function ask(program: string, environment: Environment, expressions: readonly string[]): readonly Answer[] {
  const { stdout, stderr, status } = spawnSync(program, {
    input: expressions
      .map((expr) => `${JSON.stringify({ expr, kubernetes: environment === 'kubernetes' })}\n`)
      .join(''),
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  assert.equal(status, 0, stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

/**
 * Asks cel-go, and compares, but for what it crashes on and for messages that print types and values as Go does. Maps have no order there:
 * what differs is asked again some times, and must come out as ours once.
 */
function compare(t: TestContext, environment: Environment, expressions: readonly string[]): void {
  const why = withoutGo('cel');
  if (why) return t.skip(why);
  const program = buildProgram('cel');
  const wanted = ask(program, environment, expressions);
  assert.equal(wanted.length, expressions.length);
  for (const [i, expr] of expressions.entries()) {
    const want = wanted[i]!;
    if (want.crash || /invalid qualifier type|from non-optional value/.test(want.error ?? '')) continue;
    const got = outcomeOf(expr, environment);
    if (isDeepStrictEqual(got, want)) continue;
    const again = ask(program, environment, Array<string>(50).fill(expr));
    if (!again.some((a) => isDeepStrictEqual(got, a))) assert.deepEqual(got, want, `SEED=${seed}: ${expr}`);
  }
}

const sample = (make: (dice: Dice) => string): readonly string[] => {
  const dice = new Dice(seed);
  return Array.from({ length: count }, () => make(dice));
};

test(`${corpus.length} expressions at the edges come out as in cel-go`, (t) => {
  compare(t, 'plain', corpus);
  compare(t, 'kubernetes', corpus);
});

test(`${count} expressions are typed, evaluated and charged as cel-go does it`, (t) => {
  compare(t, 'plain', sample(anyExpression));
});

test(`${count} expressions are judged as with the options of Kubernetes`, (t) => {
  compare(t, 'kubernetes', sample(anyExpression));
});

test(`${count} pieces of wrong syntax are reported in cel-go's words`, (t) => {
  compare(t, 'plain', sample(brokenExpression));
});
